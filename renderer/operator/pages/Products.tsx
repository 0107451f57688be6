/** What is sold and for how much; changes reach the customers between two sales. */
import { useState } from 'react';
import type { PlanogramView } from '../../../app/operator/view.ts';
import { useAsk, useDesk, useDo, yen } from '../desk.ts';
import { save } from '../save.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Choice, NumberField, numberIn, TextField } from '../parts/fields.tsx';
import { History } from '../parts/History.tsx';

type Product = PlanogramView['products'][number];

export function ProductsPage() {
  const desk = useDesk();
  const { t, text, api } = desk;
  const { value: planogram } = useAsk<PlanogramView>({ ask: 'planogram' });
  const [open, setOpen] = useState<{ product: Product | null; what: 'price' | 'edit' | 'remove' } | null>(null);
  if (planogram === null) return <p className="c-quiet">{t('loading')}</p>;
  const slotsOf = (sku: string): string =>
    planogram.slots
      .filter((slot) => slot.sku === sku)
      .map((slot) => slot.slot)
      .join(' ');
  return (
    <>
      {planogram.waiting > 0 && <p className="c-note">{t('now.changesWait', planogram.waiting)}</p>}
      <table className="c-table">
        <thead>
          <tr>
            <th>{t('stock.product')}</th>
            <th className="c-wide">{t('products.slots')}</th>
            <th className="c-right">{t('products.price')}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {planogram.products.map((product) => (
            <tr key={product.sku}>
              <td>
                <b>{text(product.name)}</b> <small className="c-quiet">{product.sku}</small>
              </td>
              <td className="c-wide">{slotsOf(product.sku)}</td>
              <td className="c-right">
                <button
                  type="button"
                  className="c-button c-number-cell"
                  aria-label={`${text(product.name)} ${t('products.change')}`}
                  data-testid={`price-${product.sku}`}
                  onClick={() => setOpen({ product, what: 'price' })}
                >
                  {yen(product.price_jpy)}
                </button>
              </td>
              <td className="c-right">
                <button type="button" className="c-button c-plain" onClick={() => setOpen({ product, what: 'edit' })}>
                  {t('products.edit')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="c-actions">
        {!desk.atKiosk && (
          <button
            type="button"
            className="c-button c-plain"
            onClick={() => void api.ask<string>({ ask: 'config.export' }).then((yaml) => save('shop.yaml', 'application/yaml', yaml))}
          >
            {t('products.export')}
          </button>
        )}
        <button type="button" className="c-button c-primary" onClick={() => setOpen({ product: null, what: 'edit' })}>
          {t('products.add')}
        </button>
      </div>
      {open?.what === 'price' && open.product && <Price product={open.product} onClose={() => setOpen(null)} />}
      {open?.what === 'edit' && (
        <Edit
          product={open.product}
          planogram={planogram}
          onClose={() => setOpen(null)}
          onRemove={() => setOpen({ product: open.product, what: 'remove' })}
        />
      )}
      {open?.what === 'remove' && open.product && (
        <Remove product={open.product} slots={slotsOf(open.product.sku)} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

function Price({ product, onClose }: { product: Product; onClose: () => void }) {
  const { t, text } = useDesk();
  const { busy, trouble, run } = useDo();
  const [price, setPrice] = useState('');
  const [seen] = useState(product.revision);
  const price_jpy = numberIn(price);
  return (
    <Dialog
      title={`${text(product.name)} ${yen(product.price_jpy)}`}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('products.change'),
        disabled: price_jpy === null || price_jpy < 1 || price_jpy > 9_999_999 || price_jpy === product.price_jpy,
        run: () => void run({ do: 'price.set', sku: product.sku, price_jpy, seen }).then((done) => done !== null && onClose()),
      }}
    >
      <NumberField label={t('products.newPrice')} unit="¥" value={price} onChange={setPrice} autoFocus />
      <p className="c-quiet">{t('products.effect')}</p>
      <History title={t('products.history')} query={{ ask: 'product.history', sku: product.sku }} />
    </Dialog>
  );
}

function Remove({ product, slots, onClose }: { product: Product; slots: string; onClose: () => void }) {
  const { t, text } = useDesk();
  const { busy, trouble, run } = useDo();
  const [seen] = useState(product.revision);
  return (
    <Dialog
      title={`${text(product.name)}: ${t('products.remove')}`}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('products.remove'),
        danger: true,
        disabled: slots !== '',
        run: () => void run({ do: 'product.remove', sku: product.sku, seen }).then((done) => done !== null && onClose()),
      }}
    >
      {slots === '' ? <p>{t('products.removeAsk', text(product.name))}</p> : <p className="c-note">{t('products.removeFirst', slots)}</p>}
    </Dialog>
  );
}

interface EditProps {
  readonly product: Product | null;
  readonly planogram: PlanogramView;
  readonly onClose: () => void;
  readonly onRemove: () => void;
}

function Edit({ product, planogram, onClose, onRemove }: EditProps) {
  const { t, text } = useDesk();
  const { busy, trouble, run } = useDo();
  const [sku, setSku] = useState(product?.sku ?? '');
  const [ja, setJa] = useState(product?.name.ja ?? '');
  const [en, setEn] = useState(product?.name.en ?? '');
  const [words, setWords] = useState(product?.description?.ja ?? '');
  const [price, setPrice] = useState(product === null ? '' : String(product.price_jpy));
  const [category, setCategory] = useState(product?.category ?? '');
  // What was seen when the dialog opened: somebody else's change in between must not be written over.
  const [seen] = useState(product?.revision ?? -1);
  const price_jpy = numberIn(price);
  const taken = product === null && planogram.products.some((other) => other.sku === sku);
  return (
    <Dialog
      title={product === null ? t('products.add') : text(product.name)}
      onClose={onClose}
      busy={busy}
      trouble={trouble}
      act={{
        label: t('save'),
        disabled: !/^[A-Za-z0-9_-]{1,64}$/.test(sku) || taken || ja.trim() === '' || price_jpy === null || price_jpy < 1,
        run: () =>
          void run({
            do: 'product.set',
            ...{ sku, price_jpy },
            name: { ja, ...(en.trim() === '' ? {} : { en }) },
            description:
              words.trim() === '' ? null : { ja: words, ...(product?.description?.en === undefined ? {} : { en: product.description.en }) },
            category: category === '' ? null : category,
            allergens: product?.allergens ?? [],
            calories_kcal: product?.calories_kcal ?? null,
            seen,
          }).then((done) => done !== null && onClose()),
      }}
    >
      {product === null && <TextField label={t('products.sku')} value={sku} onChange={setSku} autoFocus />}
      {taken && <p className="c-trouble">{t('products.taken')}</p>}
      {product === null && <p className="c-quiet">{t('products.aged')}</p>}
      <TextField label={t('products.nameJa')} value={ja} onChange={setJa} />
      <TextField label={t('products.nameEn')} value={en} onChange={setEn} />
      <TextField label={t('products.textJa')} value={words} onChange={setWords} />
      <NumberField label={t('products.price')} unit="¥" value={price} onChange={setPrice} />
      {planogram.categories.length > 0 && (
        <Choice
          label={t('products.category')}
          value={category}
          options={[['', t('products.none')] as const, ...planogram.categories.map(({ id, name }) => [id, text(name)] as const)]}
          onChange={setCategory}
        />
      )}
      <p className="c-quiet">{t('products.effect')}</p>
      {product !== null && (
        <button type="button" className="c-button c-plain" onClick={onRemove}>
          {t('products.remove')}
        </button>
      )}
    </Dialog>
  );
}

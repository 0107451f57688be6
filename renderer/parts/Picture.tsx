/** A product's picture, or a quiet stand-in: its first letter on a plain label. */
import { useState } from 'react';
import type { ProductView } from '../../app/view.ts';
import type { Texts } from '../texts.ts';

type Pictured = Pick<ProductView, 'name' | 'picture'>;

export function Picture({ product, texts }: { product: Pictured; texts: Texts }) {
  const [broken, setBroken] = useState<string | null>(null);
  const { picture } = product;
  if (picture === null || picture === broken) return <StandIn product={product} texts={texts} />;
  // Decoded beside the screen's own work: a list that scrolls does not wait for it.
  return <img className="picture" src={picture} alt="" draggable={false} decoding="async" onError={() => setBroken(picture)} />;
}

function StandIn({ product, texts }: { product: Pictured; texts: Texts }) {
  return (
    <svg className="picture picture-none" viewBox="0 0 90 120" aria-hidden="true">
      <rect x="17" y="12" width="56" height="96" rx="12" />
      <text x="45" y="60" textAnchor="middle" dominantBaseline="central">
        {[...texts.name(product.name)][0]}
      </text>
    </svg>
  );
}

/** A product's picture, or a quiet stand-in: its first letter on a plain label. */
import { useState } from 'react';
import type { ProductView } from '../../app/view.ts';
import { useKiosk } from '../kiosk.ts';

export function Picture({ product }: { product: Pick<ProductView, 'name' | 'picture'> }) {
  const { texts } = useKiosk();
  const [broken, setBroken] = useState<string | null>(null);
  const name = texts.name(product.name);
  if (product.picture !== null && product.picture !== broken)
    return <img className="picture" src={product.picture} alt="" draggable={false} onError={() => setBroken(product.picture)} />;
  return (
    <svg className="picture picture-none" viewBox="0 0 90 120" aria-hidden="true">
      <rect x="17" y="12" width="56" height="96" rx="12" />
      <text x="45" y="60" textAnchor="middle" dominantBaseline="central">
        {[...name][0]}
      </text>
    </svg>
  );
}

import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { openLink } from './link.ts';
import { createTexts } from './texts.ts';
import '@fontsource-variable/noto-sans-jp/wght.css';
import './style/base.css';
import './style/layout.css';
import './style/catalogue.css';
import './style/order.css';

const root = document.getElementById('glass');
if (root === null) throw new Error('index.html has no #glass');
createRoot(root).render(<App link={openLink()} texts={createTexts()} />);

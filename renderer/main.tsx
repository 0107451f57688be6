import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { openLink } from './link.ts';
import { StaffDoor } from './StaffDoor.tsx';
import { createTexts } from './texts.ts';
import { Unbroken } from './Unbroken.tsx';
import '@fontsource-variable/noto-sans-jp/wght.css';
import './style/base.css';
import './style/layout.css';
import './style/catalogue.css';
import './style/order.css';

const root = document.getElementById('glass');
if (root === null) throw new Error('index.html has no #glass');
const link = openLink();
const texts = createTexts();
createRoot(root).render(
  <Unbroken link={link} texts={texts}>
    <StaffDoor link={link}>{(open) => <App link={link} texts={texts} onStaff={open} />}</StaffDoor>
  </Unbroken>,
);

import { createRoot } from 'react-dom/client';
import '@fontsource-variable/noto-sans-jp/wght.css';
import { Console } from './Console.tsx';
import './page.css';

const root = document.getElementById('console');
if (root === null) throw new Error('operator.html has no #console');
createRoot(root).render(<Console />);

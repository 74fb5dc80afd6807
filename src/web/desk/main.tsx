import './style.css';
import { createRoot } from 'react-dom/client';
import { App } from './app';

const nonce = document.querySelector('meta[name="nonce"]')?.getAttribute('content') ?? '';
const root = document.getElementById('root');
if (root) createRoot(root).render(<App nonce={nonce} />);

import '@chatui/core/dist/index.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { addIcons } from './icons';
import { readSettings } from './settings';
import { chooseLanguage } from './words';

const settings = readSettings();
const query = new URLSearchParams(location.search);
const language = chooseLanguage(query.get('lang'), navigator.language);
document.documentElement.lang = language.tag;
document.title = settings.brand || language.words.brand;
if (settings.color) document.documentElement.style.setProperty('--brand', settings.color);
addIcons();

/** Inside another site the window is hidden by the script that opened it (embed.ts). */
const onClose = window.parent === window ? undefined : () => window.parent.postMessage('daozhang.close', '*');
const root = document.getElementById('root');
if (root) createRoot(root).render(<App settings={settings} language={language} onClose={onClose} />);

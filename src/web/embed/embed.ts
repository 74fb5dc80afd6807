import { web } from '../../../locales/zh-CN.json';

/**
 * Puts a button into another site that opens the chat in a window of its own: `<script src="https://…/embed.js" async></script>`.
 * `data-label` is the button's text, `data-color` its colour, `data-lang` the page's language. Which sites may show the page is decided by the
 * server (WEB_ORIGINS), not here.
 */
const script = document.currentScript as HTMLScriptElement | null;

function start(): void {
  if (!script) return;
  const { label = web.open, color = '#0b5cd6', lang = '' } = script.dataset;
  const page = new URL('/', script.src);
  if (lang) page.searchParams.set('lang', lang);

  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.setAttribute('aria-expanded', 'false');
  style(button, {
    right: '20px',
    bottom: '20px',
    padding: '12px 20px',
    border: '0',
    borderRadius: '24px',
    background: color,
    color: '#fff',
  });
  style(button, { fontSize: '16px', cursor: 'pointer', boxShadow: '0 4px 16px rgba(0,0,0,.25)' });
  let frame: HTMLIFrameElement | undefined;

  function open(): HTMLIFrameElement {
    const made = document.createElement('iframe');
    made.title = label;
    made.src = page.href;
    const small = window.innerWidth < 520;
    const size = small ? { inset: '0', width: '100%', height: '100%' } : { right: '20px', bottom: '20px', width: '400px', height: '640px' };
    style(made, { ...size, maxHeight: '100%', border: '0', borderRadius: small ? '0' : '12px', boxShadow: '0 8px 32px rgba(0,0,0,.3)' });
    document.body.append(made);
    return made;
  }

  function show(on: boolean): void {
    if (on) frame ??= open();
    if (frame) frame.style.display = on ? 'block' : 'none';
    button.style.display = on ? 'none' : 'block';
    button.setAttribute('aria-expanded', String(on));
    if (on) frame?.focus();
    else button.focus();
  }

  button.addEventListener('click', () => show(true));
  window.addEventListener('message', ({ source, origin, data }) => {
    if (origin === page.origin && source === frame?.contentWindow && data === 'daozhang.close') show(false);
  });
  document.body.append(button);
}

function style(element: HTMLElement, rules: Partial<CSSStyleDeclaration>): void {
  Object.assign(element.style, { position: 'fixed', zIndex: '2147483000' }, rules);
}

if (document.body) start();
else document.addEventListener('DOMContentLoaded', start);

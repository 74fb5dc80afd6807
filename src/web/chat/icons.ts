/** The icons of ChatUI that this page shows; its own set is a script on somebody else's server. Drawn on 24 × 24. */
const ICONS: Readonly<Record<string, string>> = {
  image: 'M4 5h16v14H4zM4 16l4.5-5 3.5 4 2.5-2.5L20 18M15.5 9.5h.01',
  plus: 'M12 4v16M4 12h16',
  close: 'M5 5l14 14M19 5L5 19',
  spinner: 'M12 3a9 9 0 1 1-9 9',
  'chevron-double-down': 'M6 6l6 6 6-6M6 12l6 6 6-6',
  bullhorn: 'M4 10v4h3l8 5V5L7 10zM18 9a4 4 0 0 1 0 6',
};

export function addIcons(): void {
  const sprite = document.createElement('div');
  sprite.hidden = true;
  const symbols = Object.entries(ICONS).map(
    ([name, path]) =>
      `<symbol id="icon-${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="${path}"/></symbol>`,
  );
  sprite.innerHTML = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
  document.body.prepend(sprite);
}

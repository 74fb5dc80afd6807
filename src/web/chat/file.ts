/** A picture or PDF the user chose, ready to be sent. */
export interface ChosenFile {
  readonly blob: Blob;
  readonly name: string;
  /** `blob:` address, for the preview and for DirectLineJS, which fetches from it. */
  readonly url: string;
}

export type Choice = { readonly kind: 'ok'; readonly file: ChosenFile } | { readonly kind: 'large' | 'type' };

export const ACCEPTED = 'image/jpeg,image/png,image/gif,image/webp,image/heic,application/pdf';
const MAX_BYTES = 10 * 1024 * 1024;
/** Digits on a receipt are still easy to read at this many pixels. */
const MAX_SIDE = 2000;
const QUALITY = 0.85;

/** Checks a file and makes a picture small enough for a slow network; the copy holds no place or time of the photo. */
export async function prepareFile(file: File): Promise<Choice> {
  if (file.type === 'application/pdf') return file.size > MAX_BYTES ? { kind: 'large' } : ok(file, file.name);
  if (!file.type.startsWith('image/')) return { kind: 'type' };
  const copy = await redraw(file).catch(() => undefined);
  // A format this browser cannot draw goes as it is; the server looks at its content.
  const blob = copy ?? file;
  return blob.size > MAX_BYTES ? { kind: 'large' } : ok(blob, copy ? 'photo.jpg' : file.name);
}

function ok(blob: Blob, name: string): Choice {
  return { kind: 'ok', file: { blob, name, url: URL.createObjectURL(blob) } };
}

async function redraw(file: File): Promise<Blob | undefined> {
  const image = await load(URL.createObjectURL(file));
  const scale = Math.min(1, MAX_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), 'image/jpeg', QUALITY));
}

function load(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = url;
  });
}

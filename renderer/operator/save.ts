/** Puts a text into the downloads of this computer. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  follow(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Follows a link that answers with a file. */
export function follow(href: string, name = ''): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

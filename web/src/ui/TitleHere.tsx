/**
 * A title in a place that shows its technology anyway: "1Password Vault Exported" reads "Vault Exported", so that what tells it from others has
 * the room. A screen reader, a search in the page's text and what is copied still have all of it.
 */
export function TitleHere({ title, technology }: { title: string; technology: string | null | undefined }) {
  const prefix = `${technology ?? ''} `;
  if (prefix.length < 2 || !title.startsWith(prefix) || title.length === prefix.length) return title;
  return (
    <>
      <span className="pk-hidden">{prefix}</span>
      {title.slice(prefix.length)}
    </>
  );
}

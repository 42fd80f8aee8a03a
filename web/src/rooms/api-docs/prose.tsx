/** Text of the document, in which `this` is code. */
export function Prose({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? (
      <code key={index} className="rounded-sm bg-sunken px-1">
        {part}
      </code>
    ) : (
      part
    ),
  );
}

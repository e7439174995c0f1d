/** Calls back in the second frame from now, which begins when the first is drawn. The answer calls it off. */
export function secondFrame(then: () => void): () => void {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(then);
  });
  return () => {
    cancelAnimationFrame(frame);
  };
}

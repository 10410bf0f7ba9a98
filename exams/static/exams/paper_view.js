/* The paper under hands and eyes: the bar never covers what has the focus, and number keys choose.
 *
 * Nothing here knows about saving: a choice made by a key is a click like any other.
 */

const bar = document.querySelector("[data-paper-bar]");

/** What the browser scrolls into view stops below the bar, however high large text makes it. */
function keepClear() {
  document.documentElement.style.scrollPaddingTop = `${bar.offsetHeight + 12}px`;
}
keepClear();
if ("ResizeObserver" in window) new ResizeObserver(keepClear).observe(bar);
else window.addEventListener("resize", keepClear);

/** 1 chooses the first option of the question that has the focus, and so on. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
  const question = event.target.closest?.("fieldset.question");
  const option = question?.querySelectorAll(".choice input")[Number(event.key) - 1];
  if (!option) return;
  event.preventDefault();
  option.focus();
  option.click();
});

/* The style guide's buttons that raise a short confirmation, as an answer of the server would. */

for (const button of document.querySelectorAll("[data-sample-toast]")) {
  button.addEventListener("click", () => {
    const detail = { message: button.dataset.sampleToast, level: button.dataset.level };
    document.dispatchEvent(new CustomEvent("toast", { detail }));
  });
}

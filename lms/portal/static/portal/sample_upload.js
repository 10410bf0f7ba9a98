/* A pretended upload for the style guide: it takes a while, can pause, and fails for files with "fail" in their name. */

const STEP_MS = 150;
const PIECES = 40;

function pretend(file, report) {
  let sent = 0;
  let timer = 0;
  let settle;
  const done = new Promise((resolve, reject) => (settle = { resolve, reject }));
  const run = () => {
    timer = setInterval(() => {
      sent = Math.min(sent + file.size / PIECES, file.size);
      report(sent, file.size);
      if (sent < file.size) return;
      clearInterval(timer);
      if (file.name.includes("fail")) settle.reject(new Error("网络断了。请检查网络后重试。"));
      else setTimeout(() => settle.resolve({ location: "#forms" }), 800);
    }, STEP_MS);
  };
  const pause = () => clearInterval(timer);
  run();
  return { done, pause, resume: run, cancel: pause };
}

customElements.whenDefined("file-drop").then(() => {
  const drop = document.querySelector("[data-sample-upload] file-drop");
  if (!drop) return;
  drop.transport = pretend;
  for (const name of ["files-changed", "retry-asked"]) drop.addEventListener(name, () => drop.start());
});

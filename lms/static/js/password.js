/* Lets people see the password they type.
 *
 *   <button type="button" data-password-toggle="id of the field" hidden><span data-show="Show" data-hide="Hide"></span></button>
 */

for (const button of document.querySelectorAll("[data-password-toggle]")) {
  const field = document.getElementById(button.dataset.passwordToggle);
  const words = button.querySelector("[data-show]");
  if (!field || !words) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const visible = field.type === "password";
    field.type = visible ? "text" : "password";
    words.textContent = visible ? words.dataset.hide : words.dataset.show;
    field.focus();
  });
  // A password is sent from a password field, so that browsers do not offer it as a suggestion later.
  field.form?.addEventListener("submit", () => (field.type = "password"));
}

/* Lets people see the password they type: <password-field><input type="password"><button data-show data-hide hidden>. */

class PasswordField extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.button = this.querySelector("button");
    if (!this.input || !this.button) return;
    this.button.hidden = false;
    this.button.onclick = () => {
      this.show(this.input.type === "password");
      this.input.focus();
    };
    // A password is sent from a password field, so that browsers do not offer it as a suggestion later.
    this.input.form?.addEventListener("submit", () => this.show(false));
  }

  show(visible) {
    this.input.type = visible ? "text" : "password";
    this.button.setAttribute("aria-pressed", String(visible));
    this.button.textContent = visible ? this.button.dataset.hide : this.button.dataset.show;
  }
}

customElements.define("password-field", PasswordField);

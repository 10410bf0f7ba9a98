/* <option-rows>: the options of a question as lines that can be added, removed and moved.
 *
 * The lines keep their letters and names; what is moved is their text and their mark. So the form sends the same with
 * and without this script. Lines at the end that hold nothing are hidden until they are wanted.
 */

const LEAST = 2;
const FIRST_SHOWN = 4;

class OptionRows extends HTMLElement {
  connectedCallback() {
    this.lines = [...this.querySelectorAll("[data-option-line]")];
    this.add = this.querySelector("[data-option-add]");
    const filled = this.lines.map((line) => this.read(line)).reduce((last, row, index) => (row.text || row.right ? index + 1 : last), 0);
    this.shown = Math.max(filled, filled ? LEAST : FIRST_SHOWN);
    this.querySelectorAll("[data-option-acts]").forEach((acts) => (acts.hidden = false));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-option-act], [data-option-add]");
      if (button === this.add) this.more();
      else if (button) this.act(button.dataset.optionAct, this.lines.indexOf(button.closest("[data-option-line]")));
    });
    this.show();
  }

  text(line) {
    return line.querySelector("input[type=text]");
  }

  mark(line) {
    return line.querySelector("input[name=correct]");
  }

  read(line) {
    return { text: this.text(line).value, right: this.mark(line).checked };
  }

  write(line, row) {
    this.text(line).value = row.text;
    this.mark(line).checked = row.right;
  }

  show() {
    this.lines.forEach((line, index) => {
      line.hidden = index >= this.shown;
      line.querySelector("[data-option-act=up]").disabled = index === 0;
      line.querySelector("[data-option-act=down]").disabled = index >= this.shown - 1;
      line.querySelector("[data-option-act=remove]").disabled = this.shown <= LEAST;
    });
    this.add.hidden = this.shown >= this.lines.length;
  }

  more() {
    this.shown += 1;
    this.show();
    this.text(this.lines[this.shown - 1]).focus();
  }

  act(name, index) {
    const rows = this.lines.map((line) => this.read(line));
    if (name === "remove") {
      rows.splice(index, 1);
      rows.push({ text: "", right: false });
      this.shown -= 1;
    } else {
      const other = name === "up" ? index - 1 : index + 1;
      [rows[index], rows[other]] = [rows[other], rows[index]];
    }
    // All marks off first: radio buttons of one name put each other out.
    this.lines.forEach((line) => (this.mark(line).checked = false));
    this.lines.forEach((line, position) => this.write(line, rows[position]));
    this.show();
    this.follow(name, index);
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** The focus goes along with the option; after a removal to the line that took its place. */
  follow(name, index) {
    const letter = (position) => this.lines[position].querySelector(".option-letter").textContent;
    const says = this.querySelector("[data-option-says]");
    if (name === "remove") {
      this.text(this.lines[Math.min(index, this.shown - 1)]).focus();
      says.textContent = this.dataset.removed.replace("{1}", letter(index));
      return;
    }
    const place = name === "up" ? index - 1 : index + 1;
    const button = this.lines[place].querySelector(`[data-option-act=${name}]`);
    (button.disabled ? this.text(this.lines[place]) : button).focus();
    says.textContent = this.dataset.moved.replace("{1}", letter(place));
  }
}

customElements.define("option-rows", OptionRows);

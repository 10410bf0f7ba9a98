/* <film-controls data-film="film">: large buttons for a film. They show what the film does, whoever made it do so. */

const BACK_SECONDS = 15;

class FilmControls extends HTMLElement {
  connectedCallback() {
    this.film = document.getElementById(this.dataset.film);
    if (!this.film) return;
    this.speed = this.querySelector("[data-act=speed]");
    this.addEventListener("click", (event) => this.press(event.target.closest("button")));
    this.speed.addEventListener("change", () => (this.film.playbackRate = Number(this.speed.value)));
    for (const name of ["play", "pause", "ended", "ratechange", "emptied"]) this.film.addEventListener(name, () => this.show());
    this.querySelector("[data-act=full]").hidden = !(this.film.requestFullscreen || this.film.webkitEnterFullscreen);
    this.hidden = false;
    this.show();
  }

  press(button) {
    if (!button) return;
    const { film } = this;
    if (button.dataset.act === "play") {
      if (film.paused) film.play().catch((error) => this.refused(error));
      else film.pause();
    }
    if (button.dataset.act === "back") film.currentTime = Math.max(0, film.currentTime - BACK_SECONDS);
    if (button.dataset.act === "full") {
      if (film.requestFullscreen) film.requestFullscreen().catch((error) => this.refused(error));
      else film.webkitEnterFullscreen(); // iPhones know only this one
    }
  }

  /** A browser may say no, and a new film may come in between; the button still says what the film does. */
  refused(error) {
    if (!["NotAllowedError", "AbortError", "NotSupportedError", "TypeError"].includes(error.name)) throw error;
    this.show();
  }

  show() {
    for (const part of this.querySelectorAll("[data-while]")) part.hidden = (part.dataset.while === "paused") !== this.film.paused;
    this.speed.value = String(this.film.playbackRate);
  }
}

customElements.define("film-controls", FilmControls);

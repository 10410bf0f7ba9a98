/* <read-aloud>: reads a page aloud with the browser's own voice. Markup and words: components/_read_aloud.html. */

import { sentences } from "./read_aloud_text.js";

const MARK = "read-aloud"; // name of the highlight, and class where the browser knows no highlights
const SLOW = 0.75;
const VOICES_MS = 2000; // voices arrive a moment after the page
const START_MS = 5000; // some browsers take the text and never speak

class ReadAloud extends HTMLElement {
  connectedCallback() {
    if (this.buttons) return;
    this.buttons = Object.fromEntries([...this.querySelectorAll("[data-act]")].map((b) => [b.dataset.act, b]));
    this.words = this.querySelector(".read-aloud-words");
    this.status = this.querySelector("[role=status]");
    this.queue = [];
    this.place = 0;
    this.slow = remembered() === "slow";
    this.buttons.slow.setAttribute("aria-pressed", String(this.slow));
    // A finger on the button takes the selection away before the click arrives.
    this.buttons.start.addEventListener("pointerdown", () => (this.picked = selection()));
    this.buttons.start.addEventListener("mousedown", (event) => event.preventDefault());
    this.addEventListener("click", (event) => {
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (act === "slow") this.changeSpeed();
      else if (act) this[act]();
    });
    this.querySelector("[data-close]").addEventListener("click", () => {
      this.say("");
      this.buttons.start.focus({ preventScroll: true });
    });
    this.leave = () => this.stop();
    window.addEventListener("pagehide", this.leave);
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this.leave);
    if (this.utterance) this.stop();
  }

  async start() {
    const picked = selection() ?? this.picked ?? null;
    this.picked = null;
    if (!("speechSynthesis" in window) || !("SpeechSynthesisUtterance" in window)) return this.say("noSpeech");
    const root = document.querySelector(this.dataset.of);
    this.queue = root ? sentences(root, picked) : [];
    if (!this.queue.length) return this.say("nothing");
    const voices = await loadedVoices();
    if (!voices.length) return this.say("noSpeech");
    this.voices = voices;
    if (!this.queue.some((sentence) => voiceFor(languageOf(sentence), voices))) return this.say("noVoice");
    this.place = 0;
    this.say(picked ? "readingSelection" : "reading");
    this.show("pause", "stop", "slow");
    if (document.activeElement === document.body || this.contains(document.activeElement)) this.buttons.pause.focus({ preventScroll: true });
    this.speak();
  }

  pause() {
    // The browser's own pause loses the text on Android: the sentence is read again instead.
    this.silence();
    this.say("paused");
    this.show("resume", "stop", "slow");
    this.buttons.resume.focus({ preventScroll: true });
  }

  resume() {
    this.say("reading");
    this.show("pause", "stop", "slow");
    this.buttons.pause.focus({ preventScroll: true });
    this.speak();
  }

  stop() {
    const held = this.contains(document.activeElement);
    this.silence();
    mark(null);
    this.say("");
    this.show("start");
    if (held) this.buttons.start.focus({ preventScroll: true });
  }

  changeSpeed() {
    this.slow = !this.slow;
    this.buttons.slow.setAttribute("aria-pressed", String(this.slow));
    remember(this.slow ? "slow" : "normal");
    if (this.utterance) {
      this.silence();
      this.speak();
    }
  }

  speak() {
    const sentence = this.queue[this.place];
    if (!sentence) {
      this.stop();
      this.say("done");
      return;
    }
    const language = languageOf(sentence);
    const utterance = new SpeechSynthesisUtterance(sentence.text);
    utterance.voice = voiceFor(language, this.voices) ?? null;
    utterance.lang = utterance.voice?.lang ?? language;
    utterance.rate = this.slow ? SLOW : 1;
    const isPresent = () => this.utterance === utterance;
    utterance.onstart = () => clearTimeout(this.waiting);
    utterance.onend = () => {
      if (!isPresent()) return;
      this.place += 1;
      this.speak();
    };
    utterance.onerror = () => {
      if (isPresent()) this.fail();
    };
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => isPresent() && this.fail(), START_MS);
    this.utterance = utterance; // kept: a browser may forget one that nobody holds, and then never tells its end
    mark(sentence, this.getBoundingClientRect().top);
    window.speechSynthesis.speak(utterance);
  }

  fail() {
    this.stop();
    this.say("silent");
  }

  silence() {
    clearTimeout(this.waiting);
    if (!this.utterance) return;
    this.utterance = null;
    window.speechSynthesis.cancel();
  }

  say(name) {
    this.status.textContent = name ? this.dataset[name] : "";
    this.words.hidden = !name;
  }

  show(...acts) {
    this.toggleAttribute("data-active", !acts.includes("start")); // the sheet keeps the buttons within reach
    for (const [act, button] of Object.entries(this.buttons)) button.hidden = !acts.includes(act);
  }
}

/** What is selected in the page, or null. */
function selection() {
  const chosen = window.getSelection();
  return chosen?.rangeCount && chosen.toString().trim() ? chosen.getRangeAt(0).cloneRange() : null;
}

/** The browser's voices, waiting a moment for those that come late. */
function loadedVoices() {
  const synthesis = window.speechSynthesis;
  const present = synthesis.getVoices();
  if (present.length) return Promise.resolve(present);
  return new Promise((resolve) => {
    const answer = () => resolve(synthesis.getVoices());
    synthesis.addEventListener?.("voiceschanged", answer, { once: true });
    setTimeout(answer, VOICES_MS);
  });
}

/** Han characters are Chinese on an English page too. */
function languageOf(sentence) {
  if (/\p{Script=Han}/u.test(sentence.text)) return "zh-CN";
  return sentence.block.closest("[lang]")?.lang || "zh-CN";
}

/** Putonghua before other kinds of Chinese; a voice of the device before one that needs the network. */
function voiceFor(language, voices) {
  const tag = (voice) => voice.lang.toLowerCase().replace("_", "-");
  const chinese = language.toLowerCase().startsWith("zh");
  const wanted = chinese ? /^(zh-(hans|cn|sg)|cmn)|^zh$/ : new RegExp(`^${language.slice(0, 2).toLowerCase()}\\b`);
  const kin = voices.filter((voice) => wanted.test(tag(voice)));
  const others = chinese ? voices.filter((voice) => /^zh-(?!hk|yue)/.test(tag(voice))) : [];
  return kin.find((voice) => voice.localService) ?? kin[0] ?? others[0];
}

/** Show which sentence is being read (null: none), above the line `lower` of the window, where the buttons begin. */
function mark(sentence, lower = 0) {
  document.querySelectorAll(`.${MARK}`).forEach((element) => element.classList.remove(MARK));
  const highlights = window.Highlight && window.CSS?.highlights;
  highlights?.delete(MARK);
  if (!sentence?.block.isConnected) return;
  if (highlights) highlights.set(MARK, new Highlight(sentence.range));
  else sentence.block.classList.add(MARK);
  const box = sentence.range.getBoundingClientRect();
  if (box.top < 0 || box.bottom > lower) sentence.block.scrollIntoView({ block: "center" });
}

function remembered() {
  try {
    return window.localStorage.getItem(MARK);
  } catch {
    return null; // the browser keeps nothing for this site
  }
}

function remember(speed) {
  try {
    window.localStorage.setItem(MARK, speed);
  } catch {
    // then the choice lasts as long as the page
  }
}

customElements.define("read-aloud", ReadAloud);

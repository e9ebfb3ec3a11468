/* What the page does when it is used: lines find their counterparts, notes are filtered, ticks are kept.
   Without it everything can be read nevertheless. */

/** @param {string} id */
const byId = (id) => document.getElementById(id);

/** Lines of the source and of the result, and which belong together. */
class Sides {
  constructor() {
    this.data = JSON.parse(byId("lines").textContent);
    this.panes = [byId("source"), byId("result")];
    this.lit = [];
    this.current = null;
    for (const pane of this.panes) {
      pane.addEventListener("click", (event) => this.clicked(event));
      pane.addEventListener("keydown", (event) => this.pressed(event));
    }
    window.addEventListener("hashchange", () => this.follow());
    this.follow();
  }

  clicked(event) {
    const line = event.target.closest("[role=option]");
    if (line && String(window.getSelection()) === "") {
      this.choose(line);
    }
  }

  pressed(event) {
    const pane = event.currentTarget;
    const lines = [...pane.querySelectorAll("[role=option]")];
    const at = lines.findIndex((line) => line.id === pane.getAttribute("aria-activedescendant"));
    const page = Math.max(1, Math.floor(pane.clientHeight / lines[0].offsetHeight) - 1);
    const moves = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: lines.length - 1,
    };
    if (event.key === "Enter" && this.first) {
      const other = this.first;
      this.choose(other);
      other.parentElement.focus();
    } else if (event.key === "Escape") {
      this.clear();
    } else if (event.key in moves && !event.altKey && !event.ctrlKey && !event.metaKey) {
      this.choose(lines[Math.min(lines.length - 1, Math.max(0, moves[event.key]))]);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Choose the line that the address names. */
  follow() {
    const line = /^#(s\d+-|t)\d+$/.test(location.hash) ? byId(location.hash.slice(1)) : null;
    if (line) {
      this.choose(line);
      line.parentElement.focus({ preventScroll: true });
    }
  }

  clear() {
    for (const line of this.lit) {
      line.classList.remove("match", "via", "chosen");
      line.removeAttribute("aria-selected");
    }
    this.lit = [];
    this.first = null;
  }

  light(line, name) {
    if (line && !line.classList.contains("match")) {
      line.classList.add(name);
      this.lit.push(line);
    }
  }

  choose(line) {
    this.clear();
    line.classList.add("chosen");
    line.setAttribute("aria-selected", "true");
    this.lit.push(line);
    line.parentElement.setAttribute("aria-activedescendant", line.id);
    show(line.parentElement, line);
    const isSource = line.parentElement.id === "source";
    const found = isSource ? this.fromSource(line) : this.fromResult(line);
    this.first = found[0] ?? null;
    if (this.first) {
      show(this.first.parentElement, this.first);
    }
    this.tell(line, found, isSource);
  }

  /** The lines that a range of a source stands for. */
  *linesOf(range) {
    const [file, first, last] = this.data.ranges[range];
    for (let number = first; number <= last; number += 1) {
      yield byId(`s${file}-${number}`);
    }
  }

  fromResult(line) {
    const number = Number(line.id.slice(1));
    const found = [];
    for (const origin of this.data.result[number - 1]) {
      const [range, ...way] = this.data.origins[origin];
      for (const other of this.linesOf(range)) {
        this.light(other, "match");
        found.push(other);
      }
      for (const step of way) {
        this.light(this.linesOf(step).next().value, "via");
      }
    }
    return found;
  }

  fromSource(line) {
    const [file, number] = line.id.slice(1).split("-").map(Number);
    const holds = (range) => {
      const [other, first, last] = this.data.ranges[range];
      return other === file && first <= number && number <= last;
    };
    const size = ([range]) => this.data.ranges[range][2] - this.data.ranges[range][1];
    const origins = this.data.origins;
    let wanted = origins.filter(([range]) => holds(range));
    const least = Math.min(...wanted.map(size));
    wanted = wanted.filter((origin) => size(origin) === least);
    if (wanted.length === 0) {
      wanted = origins.filter(([, ...way]) => way.some(holds));
    }
    const numbers = new Set(wanted.map((origin) => origins.indexOf(origin)));
    const found = [];
    this.data.result.forEach((some, index) => {
      if (some.some((origin) => numbers.has(origin))) {
        const other = byId(`t${index + 1}`);
        this.light(other, "match");
        found.push(other);
      }
    });
    for (const [, ...way] of wanted) {
      for (const step of way) {
        this.light(this.linesOf(step).next().value, "via");
      }
    }
    return found;
  }

  /** Say what was chosen, for eyes and for screen readers. */
  tell(line, found, isSource) {
    const about = byId("about");
    const fate = line.dataset.fate ? ` (${line.dataset.fate})` : "";
    let what = isSource ? "has no line of its own in the result" : "stands for no line of the source";
    if (found.length > 0) {
      what = `${isSource ? "becomes" : "comes of"} ${spelled(found)}`;
    } else if (/^\s*(#|$)/.test(line.textContent)) {
      what = "is blank, or a comment";
    }
    const said = document.createElement("p");
    said.append(`Line ${numberOf(line)} of ${fileOf(line)}${fate} ${what}.`);
    about.replaceChildren(said, ...this.notes(line, isSource));
  }

  notes(line, isSource) {
    if (!isSource) {
      return [];
    }
    const [file, number] = line.id.slice(1).split("-");
    const numbers = this.data.notes[Number(file)][number] ?? [];
    const list = document.createElement("ul");
    for (const note of numbers) {
      const link = document.createElement("a");
      link.href = `#n${note}`;
      link.textContent = byId(`n${note}`)?.querySelector(".detail").textContent ?? `note ${note}`;
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    return numbers.length ? [list] : [];
  }
}

const numberOf = (line) => Number(/\d+$/.exec(line.id)[0]);

/** How the file of a line is called: by its name, where several are shown. */
function fileOf(line) {
  if (line.id.startsWith("t")) {
    return "the result";
  }
  const names = document.querySelectorAll("#source .file");
  return names.length ? names[Number(line.id.slice(1).split("-")[0])].textContent : "the source";
}

/** Lines as ranges: "lines 4–7, 12 of the result". */
function spelled(lines) {
  const files = Map.groupBy(new Set(lines), fileOf);
  return [...files].map(([file, some]) => `${rangesOf(some)} of ${file}`).join("; ");
}

function rangesOf(lines) {
  const numbers = lines.map(numberOf).sort((one, other) => one - other);
  const ranges = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) {
      last[1] = number;
    } else {
      ranges.push([number, number]);
    }
  }
  const shown = ranges.slice(0, 8).map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
  const more = ranges.length > 8 ? ` and ${ranges.length - 8} more places` : "";
  return `${numbers.length === 1 ? "line" : "lines"} ${shown.join(", ")}${more}`;
}

/** Scroll a pane, and nothing else, until a line of it can be seen. */
function show(pane, line) {
  const top = line.offsetTop;
  if (top < pane.scrollTop || top + line.offsetHeight > pane.scrollTop + pane.clientHeight) {
    pane.scrollTop = top - pane.clientHeight / 3;
  }
}

/** Entries of the ledger that fit what was chosen; the others are hidden. */
class Filters {
  constructor(form) {
    this.form = form;
    this.groups = [...document.querySelectorAll("#groups > details")];
    this.open = this.groups.map((group) => group.open);
    this.total = document.querySelectorAll("#groups li").length;
    form.hidden = false;
    form.addEventListener("input", () => this.apply());
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => this.apply()));
    this.apply();
  }

  apply() {
    const value = (name) => byId(`by-${name}`).value;
    const [fate, code, job, text] = [value("fate"), value("code"), value("job"), value("text").trim().toLowerCase()];
    let count = 0;
    this.groups.forEach((group, index) => {
      const fits = (!fate || group.dataset.fate === fate) && (!code || group.dataset.code === code);
      const named = !text || group.querySelector("summary").textContent.toLowerCase().includes(text);
      let here = 0;
      for (const entry of group.querySelectorAll("li")) {
        const mine = fits && (!job || entry.dataset.jobs.split(" ").includes(job));
        entry.hidden = !(mine && (named || entry.textContent.toLowerCase().includes(text)));
        here += entry.hidden ? 0 : 1;
      }
      group.hidden = here === 0;
      group.open = fate || code || job || text ? here > 0 : this.open[index];
      count += here;
    });
    byId("count").textContent = `${count} of ${this.total} entries`;
  }
}

/** Boxes that stay ticked for this source, where the browser lets a page remember something. */
class Ticks {
  constructor(boxes) {
    this.boxes = boxes;
    this.key = `circle2bb:${document.body.dataset.digest}`;
    const ticked = new Set(this.read());
    for (const box of boxes) {
      box.checked = ticked.has(box.dataset.tick);
      box.addEventListener("change", () => this.changed());
    }
    this.tell();
  }

  read() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key));
      return Array.isArray(found) ? found : [];
    } catch {
      return [];
    }
  }

  changed() {
    const ticked = this.boxes.filter((box) => box.checked).map((box) => box.dataset.tick);
    try {
      localStorage.setItem(this.key, JSON.stringify(ticked));
    } catch {
      // storage is forbidden: the boxes stay ticked until the page is closed
    }
    this.tell();
  }

  tell() {
    const done = this.boxes.filter((box) => box.checked).length;
    byId("done").textContent = `${done} of ${this.boxes.length} done.`;
  }
}

/** Give a button its work: it copies a text, or the commands beside it. */
function copies(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = button.dataset.copy || button.parentElement.querySelector("pre").textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select and copy it by hand";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });
}

/** Open what is folded around the place that the address names. */
function unfold() {
  const place = location.hash.length > 1 ? byId(decodeURIComponent(location.hash.slice(1))) : null;
  const folded = place?.closest("details");
  if (folded && !folded.open) {
    folded.open = true;
    place.scrollIntoView();
  }
}

/** On paper nothing is folded; afterwards everything is as it was. */
function unfoldForPaper() {
  const closed = [...document.querySelectorAll("details:not([open])")];
  for (const one of closed) {
    one.open = true;
  }
  const fold = () => {
    for (const one of closed) {
      one.open = false;
    }
  };
  window.addEventListener("afterprint", fold, { once: true });
}

if (byId("lines")) {
  new Sides();
}
new Ticks([...document.querySelectorAll("[data-tick]")]);
const filters = byId("filters");
if (filters) {
  new Filters(filters);
}
for (const button of document.querySelectorAll("[data-copy]")) {
  copies(button);
}
window.addEventListener("hashchange", unfold);
window.addEventListener("beforeprint", unfoldForPaper);
unfold();

"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const texts = data.texts;
  const panel = byId("panel"), body = byId("panel-body"), tools = byId("tools");
  const search = byId("search"), found = byId("found"), hits = byId("hits");
  const selects = [...tools.querySelectorAll("select")];
  const LISTED = 200;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const inGroups = (number) => number.toLocaleString("en").replaceAll(",", "\u202f");
  const marked = (element, text) => {
    text.split("`").forEach((part, at) => element.append(at % 2 ? make("code", "", part) : part));
    return element;
  };
  /* In texts of a port, signs stand for what is its own: its camera, MAC address... */
  const words = (value, port) => {
    const text = Array.isArray(value) ? value.map((each) => texts[each]).join("\n") : texts[value];
    return text.replace(/[\ue000-\ue003]/g, (sign) => texts[port[3 + data.own[sign.charCodeAt(0) - 0xe000]]]);
  };

  /* Switches as [name, platform, ports, blocks]; a port as [name, state, blocks, value of each field...]. */
  const portOf = (button) => {
    const [at, port] = button.id.slice(1).split("-").map(Number);
    return { of: data.switches[at], port: data.switches[at][2][port] };
  };

  /* ---- lines before and after */
  const lines = (heads, rows, marks) => {
    const table = make("table", "lines");
    const head = table.createTHead().insertRow();
    for (const each of heads) head.append(Object.assign(make("th", "", each), { scope: "col" }));
    const inside = table.createTBody();
    for (const row of rows) {
      const made = inside.insertRow();
      row.forEach((text, at) => {
        const cell = made.insertCell();
        cell.textContent = text ? marks(row, at) + text : "";
        if (text && row.length === 2 && row[0] !== row[1]) cell.className = at ? "a" : "d";
      });
    }
    return table;
  };
  const block = (number) => {
    const [title, flat, undo] = data.blocks[number];
    const made = make("div", "block");
    made.append(make("h4", "", texts[title]));
    const pairs = [];
    for (let at = 0; at < flat.length; at += 2) pairs.push([texts[flat[at]], texts[flat[at + 1]]]);
    made.append(lines(["before", "after"], pairs, (row, at) => (row[0] === row[1] ? "  " : at ? "+ " : "− ")));
    const back = make("div", "undo");
    back.append(lines(["undone by"], undo.map((each) => [texts[each]]), () => ""));
    made.append(back);
    return made;
  };
  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!details.open || !details.classList.contains("lazy") || details.childElementCount > 1) return;
    for (const each of data.switches[details.dataset.switch][3]) details.append(block(each));
  }, true);

  /* ---- one port in the panel */
  let shown = null;
  const show = (button) => {
    if (button === shown) return;
    if (shown) { shown.classList.remove("on"); shown.removeAttribute("aria-describedby"); }
    shown = button;
    button.classList.add("on");
    const { of, port } = portOf(button);
    body.replaceChildren(make("h2", "", `${texts[of[0]]} ${texts[port[0]]}`), make("span", `badge ${button.classList[1]}`, data.states[port[1]]));
    const list = make("dl");
    data.fields.forEach((label, at) => {
      const text = words(port[3 + at], port);
      if (label && text) list.append(make("dt", "", label), marked(make("dd"), text));
    });
    body.append(list);
    for (const each of port[2]) body.append(block(each));
    panel.scrollTop = 0;
    button.setAttribute("aria-describedby", "panel-body");
  };
  const isPort = (target) => target.nodeName === "BUTTON" && target.classList.contains("p");
  const main = document.querySelector("main");
  main.addEventListener("focusin", (event) => { if (isPort(event.target)) { rove(event.target); show(event.target); } });
  main.addEventListener("mouseover", (event) => { if (isPort(event.target)) show(event.target); });
  main.addEventListener("mouseout", (event) => { if (isPort(event.target) && isPort(document.activeElement)) show(document.activeElement); });

  /* ---- the keyboard: one port of each switch is in the order of Tab, arrows reach the others */
  const rove = (button) => {
    const face = button.closest(".face"), before = face.querySelector('.p[tabindex="0"]');
    if (before && before !== button) before.tabIndex = -1;
    button.tabIndex = 0;
  };
  const goTo = (button) => { if (button) { rove(button); button.focus(); button.scrollIntoView({ block: "nearest", inline: "nearest" }); } };
  const beside = (button, key) => {
    const face = button.closest(".face"), all = [...face.querySelectorAll(".p")], row = button.parentElement;
    if (key === "Home") return all[0];
    if (key === "End") return all[all.length - 1];
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const own = [...row.querySelectorAll(".p")], next = own[own.indexOf(button) + (key === "ArrowRight" ? 1 : -1)];
      return next || all[all.indexOf(button) + (key === "ArrowRight" ? 1 : -1)];
    }
    const rows = [...face.querySelectorAll(".r")], step = key === "ArrowDown" ? 1 : -1;
    const column = [...row.children].indexOf(button);
    for (let at = rows.indexOf(row) + step; rows[at]; at += step) {
      const ports = [...rows[at].querySelectorAll(".p")];
      const away = (port) => Math.abs([...rows[at].children].indexOf(port) - column);
      if (ports.length) return ports.reduce((best, port) => (away(port) < away(best) ? port : best));
    }
    return null;
  };
  main.addEventListener("keydown", (event) => {
    if (!isPort(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      goTo(beside(event.target, event.key));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      body.focus();
    }
  });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && shown) shown.focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.nodeName)) { event.preventDefault(); search.focus(); }
  });

  /* ---- search and filters */
  const sections = [...document.querySelectorAll("section.switch")];
  const buttons = data.switches.map((_, at) => []);
  for (const button of document.querySelectorAll("button.p")) {
    const [at, port] = button.id.slice(1).split("-").map(Number);
    buttons[at][port] = button;
  }
  let straw = null;
  const haystack = () => straw ||= data.switches.map((each) => {
    const name = `${texts[each[0]]} ${texts[each[1]]}`.toLowerCase();
    return [name, each[2].map((port) => [port[0], ...data.sought.map((at) => port[3 + at])].map((each) => words(each, port)).join(" ").toLowerCase())];
  });
  const apply = () => {
    const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((each) => each.value).map((each) => [3 + Number(each.dataset.field), Number(each.value)]);
    const active = wanted.length > 0 || chosen.length > 0, first = [];
    let ports = 0, switches = 0;
    const has = (value, number) => (Array.isArray(value) ? value.includes(number) : value === number);
    data.switches.forEach((each, at) => {
      const [name, straws] = active ? haystack()[at] : ["", []];
      let own = 0;
      each[2].forEach((port, index) => {
        const hit = !active || (chosen.every(([field, number]) => has(port[field], number)) && wanted.every((word) => name.includes(word) || straws[index].includes(word)));
        buttons[at][index]?.classList.toggle("dim", !hit);
        if (!hit) return;
        own += 1;
        if (active && first.length < LISTED) first.push([each, port, buttons[at][index]]);
      });
      const visible = !active || own > 0 || (!chosen.length && !each[2].length && wanted.every((word) => name.includes(word)));
      sections[at].hidden = !visible;
      ports += own;
      switches += visible;
    });
    const told = (count, word) => `${inGroups(count)} ${word}${count === 1 ? "" : word.endsWith("ch") ? "es" : "s"}`;
    found.textContent = active ? `${told(ports, "port")} on ${told(switches, "switch")} found.` : "";
    hits.hidden = !wanted.length || !first.length;
    hits.replaceChildren(...first.map(([each, port, button]) => {
      const item = make("li"), link = make("a", "", `${texts[each[0]]} ${texts[port[0]]}`);
      link.href = `#${button.id}`;
      link.addEventListener("click", (event) => { event.preventDefault(); goTo(button); });
      item.append(link, ` ${words(port[3], port)} · ${data.states[port[1]]}`);
      return item;
    }));
    if (wanted.length && ports > first.length) hits.append(make("li", "", `and ${inGroups(ports - first.length)} more`));
  };
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  search.addEventListener("keydown", (event) => { if (event.key === "Escape") { search.value = ""; apply(); } });
  for (const pick of document.querySelectorAll("a.pick")) {
    pick.hidden = false;
    pick.addEventListener("click", () => {
      search.value = "";
      for (const each of selects) each.value = each.dataset.field === pick.dataset.field ? pick.dataset.value : "";
      apply();
    });
  }
  tools.addEventListener("change", apply);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("reset", () => setTimeout(apply));

  /* ---- what only a reader's clock can tell */
  for (const each of document.querySelectorAll("time[data-until]")) {
    const hours = (new Date(each.dateTime) - Date.now()) / 36e5;
    const told = hours < 0 ? "it has expired: make it again" : hours < 48 ? `${Math.floor(hours)} h left` : `${Math.floor(hours / 24)} days left`;
    each.after(` (${told})`);
  }

  for (const face of document.querySelectorAll(".face")) [...face.querySelectorAll(".p")].forEach((port, at) => { port.tabIndex = at ? -1 : 0; });
  const target = location.hash && byId(location.hash.slice(1));
  if (target && isPort(target)) goTo(target);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#p"]'), to = link && byId(link.hash.slice(1));
    if (to && isPort(to)) { event.preventDefault(); goTo(to); }
  });
  for (const each of document.querySelectorAll(".lazy")) each.hidden = false;
  panel.hidden = tools.hidden = false;
  new ResizeObserver(() => document.documentElement.style.setProperty("--tools", getComputedStyle(tools).position === "sticky" ? `${tools.offsetHeight}px` : "0px")).observe(tools);
})();

"use strict";
/* "My day" on a phone that loses its signal: what the worker writes is put on the phone first and sent from there, each thing under one
   number for ever, so that sending it twice changes nothing twice. It leaves the phone once Kith has said that it has it.
   Without this file the page has its usual forms and links. */
(() => {
  const root = document.querySelector("[data-today]");
  if (!root || !window.isSecureContext || !window.localStorage) return;
  const KEY = "kith-outbox", AHEAD = "kith-clock-ahead", PATH = "/today", SEND = "/today/send", WORKER = "/today-worker.js", KEPT = "kith-today";
  const FIRST_WAIT = 15_000, LONGEST_WAIT = 120_000, PATIENCE = 30_000;
  const find = (name, within = root) => within.querySelector(`[data-${name}]`);
  const load = () => JSON.parse(localStorage.getItem(KEY) || "[]");
  const save = (entries) => localStorage.setItem(KEY, JSON.stringify(entries));
  const change = (id, values) => save(load().map((entry) => (entry.id === id ? { ...entry, ...values } : entry)));
  const remove = (id) => save(load().filter((entry) => entry.id !== id));
  const isOffline = Boolean(document.documentElement.dataset.offline);
  /* How far the co-op's clock is ahead of the phone's, as of the last signal: what is written down without one is to have the right time. */
  if (!isOffline) localStorage.setItem(AHEAD, String(Date.parse(root.dataset.now) - Date.now()));
  const now = () => new Date(Date.now() + Number(localStorage.getItem(AHEAD)));
  const clock = (moment) => new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: root.dataset.zone });
  const owner = find("send").elements.form_owner.value;

  function show(state) {
    const entries = load(), mine = entries.filter((entry) => entry.fields.form_owner === owner);
    const list = find("waiting-list");
    list.replaceChildren(
      ...mine.map((entry) => {
        const item = find("waiting-item").content.cloneNode(true);
        find("what", item).textContent = entry.says;
        find("at", item).textContent = clock(entry.fields.at);
        find("note", item).textContent = entry.fields.note || "";
        find("refused", item).hidden = !entry.refused;
        find("reason", item).textContent = entry.refused || "";
        find("look", item).href = `/visits/${entry.fields.visit}`;
        find("drop", item).addEventListener("click", () => {
          remove(entry.id);
          show();
        });
        return item;
      }),
    );
    find("waiting").hidden = !mine.length;
    find("others").hidden = mine.length === entries.length;
    for (const name of ["no-signal", "sign-in"]) if (state) find(name).hidden = state !== name;
  }

  const ask = (path, more) => fetch(path, { credentials: "same-origin", signal: AbortSignal.timeout?.(PATIENCE), ...more });

  /* The page as it is now: its token belongs to the session of now. Null without signal; undefined once signed out. */
  async function freshForm() {
    try {
      const response = await ask(PATH);
      if (response.redirected || !response.ok) return response.redirected ? undefined : null;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      return page.documentElement.dataset.offline ? null : page.querySelector("[data-send]");
    } catch {
      return null;
    }
  }

  /* A phone may say that it has a network and still reach nobody, and may not say when that changes: while something waits, it is tried
     again and again, ever more rarely. */
  let sending = false, timer, wait = FIRST_WAIT;
  function sendSoon() {
    wait = FIRST_WAIT;
    sendAll();
  }

  async function sendAll() {
    const waiting = load().filter((entry) => !entry.refused && entry.fields.form_owner === owner);
    if (sending || !waiting.length) return;
    sending = true;
    clearTimeout(timer);
    try {
      const form = await freshForm();
      if (!form) return show(form === null ? "no-signal" : "sign-in");
      // Somebody else has signed in on this phone since the page was opened: it is theirs now, and what was written is not.
      if (form.elements.form_owner.value !== owner) return location.replace(PATH);
      let sent = 0;
      for (const entry of waiting) {
        if (!load().some(({ id }) => id === entry.id)) continue;
        const body = new URLSearchParams({ ...entry.fields, request_id: entry.id, form_token: form.elements.form_token.value });
        const response = await ask(SEND, { method: "POST", body });
        const isAnswer = (response.headers.get("content-type") || "").startsWith("application/json");
        if (response.status === 204) remove(entry.id);
        else if (isAnswer) change(entry.id, { refused: (await response.json()).refused });
        else break;
        sent += 1;
      }
      // What somebody is typing just now would be lost with the page.
      if (sent && !find("typed")) return location.replace(PATH);
      if (sent) show("sent");
      if (sent) await freshForm();
    } catch {
      show("no-signal");
    } finally {
      sending = false;
      timer = setTimeout(sendAll, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  }

  /* What waits here, or was refused, stands in its forms again, oldest first: the planned time would take the place of the real one. */
  function restore() {
    for (const { fields, refused } of load()) {
      const start = document.getElementById(`start-${fields.visit}`);
      if (fields.form_owner !== owner || !start) continue;
      const starter = find(`start="${fields.visit}"`), { form } = start;
      if (starter && !refused) starter.hidden = true;
      if (fields.do === "start") {
        start.value = clock(fields.at);
        continue;
      }
      // It ended when it was written down, not when it is sent again.
      const written = { ...fields, end: fields.end || clock(fields.at) };
      for (const input of form.elements) {
        const isOfTask = input.closest("[data-task]") && fields.tasks !== form.elements.tasks.value;
        if (input.type === "hidden" || isOfTask || !(input.name in written)) continue;
        if (input.type !== "radio") input.value = written[input.name];
        else if (input.value === written[input.name]) input.checked = true;
        if (input.checked) input.dispatchEvent(new Event("change", { bubbles: true }));
      }
      if (refused) form.closest("details").open = true;
    }
  }

  function write(event) {
    event.preventDefault();
    const form = event.target, at = now().toISOString();
    const fields = { ...Object.fromEntries(new FormData(form)), at };
    if (event.submitter) fields[event.submitter.name] = event.submitter.value;
    delete fields.request_id;
    delete fields.form_token;
    const others = load().filter(({ fields: other }) => ["form_owner", "visit", "do"].some((name) => other[name] !== fields[name]));
    try {
      save([...others, { id: crypto.randomUUID(), says: event.submitter ? event.submitter.textContent : "", fields }]);
    } catch {
      // No room on the phone: as a form of every page, at once or not at all.
      form.removeEventListener("submit", write);
      form.requestSubmit(event.submitter);
      return;
    }
    if (fields.do === "start") {
      const start = document.getElementById(`start-${fields.visit}`);
      if (start) start.value = clock(at);
    }
    form.hidden = true;
    delete form.dataset.typed;
    show();
    find("waiting").scrollIntoView();
    sendSoon();
  }

  /* What an answer needs: a medicine that was taken its time, which is now, and what was not done its reason. */
  function answer(event) {
    const { needs } = event.target.dataset;
    if (needs === undefined) return;
    const task = event.currentTarget, reason = find("reason", task), at = find("at", task);
    reason.required = needs === "reason";
    if (!at) return;
    at.required = needs === "time";
    if (at.required && !at.value) at.value = clock(now());
  }

  async function keep(on) {
    if (on) {
      await navigator.serviceWorker.register(WORKER, { scope: "/" });
      await navigator.serviceWorker.ready;
      location.reload();
    } else {
      const worker = await navigator.serviceWorker.getRegistration("/");
      if (worker) await worker.unregister();
      await caches.delete(KEPT);
      await showKept();
    }
  }

  async function showKept() {
    const isKept = Boolean(await navigator.serviceWorker.getRegistration("/"));
    find("keep").hidden = isKept;
    find("kept").hidden = !isKept;
  }

  for (const plain of root.querySelectorAll("[data-plain]")) plain.hidden = true;
  for (const phone of root.querySelectorAll("[data-phone]")) phone.hidden = false;
  for (const form of root.querySelectorAll("[data-send]")) {
    form.addEventListener("submit", write);
    form.addEventListener("input", () => (form.dataset.typed = "yes"));
  }
  for (const task of root.querySelectorAll("[data-task]")) task.addEventListener("change", answer);
  restore();
  show(isOffline ? "no-signal" : "");
  for (const name of ["online", "focus"]) window.addEventListener(name, sendSoon);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendSoon());
  sendAll();
  if (root.dataset.today === "own" && navigator.serviceWorker) {
    find("keep").addEventListener("click", () => keep(true));
    find("forget").addEventListener("click", () => keep(false));
    showKept();
  }
})();

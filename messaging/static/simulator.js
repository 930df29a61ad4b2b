// The phone simulator's page: shows a thread, sends a text, taps a choice. Words from messages are only ever set as text.
const el = (id) => document.getElementById(id);
const TICKS = { queued: "\u231b", sending: "\u231b", sent: "\u2713", delivered: "\u2713\u2713", read: "\u2713\u2713", undelivered: "\u2717", failed: "\u2717" };
let shown = "";

const channel = () => document.querySelector("[name=channel]:checked").value;
const address = () => `/simulator/${el("patient").value}/${channel()}`;

async function send(told) {
  const answer = await fetch(address(), {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(told),
  });
  el("problem").textContent = answer.ok ? "" : "The hospital's service did not take this message.";
  await refresh();
}

function line(message) {
  const item = document.createElement("li");
  item.className = message.mine ? "mine" : "theirs";
  const words = document.createElement("span");
  words.dir = message.direction || "auto";
  if (message.language) words.lang = message.language;
  for (const piece of message.body.split(/(https?:\/\/[^\s\u200e\u200f]+)/)) {
    if (!piece.startsWith("http")) { words.append(piece); continue; }
    const link = document.createElement("a");
    Object.assign(link, { href: piece, textContent: piece, target: "_blank", rel: "noopener" });
    words.append(link);
  }
  words.style.display = "block";
  item.append(words);
  if (message.choices?.length && channel() === "whatsapp") item.append(buttons(message));
  const small = document.createElement("small");
  const cost = message.segments > 1 ? `${message.segments} texts` : "1 text";
  small.textContent = message.mine ? message.time : `${message.time} · ${cost} · ${TICKS[message.status] ?? ""} ${message.status ?? ""}`;
  item.append(small);
  return item;
}

function buttons(message) {
  const group = document.createElement("div");
  group.className = "choices";
  group.dir = message.direction;
  message.choices.forEach((title, n) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => send({ body: title, button: `${message.id}:${n + 1}` }));
    group.append(button);
  });
  return group;
}

async function refresh() {
  const wanted = address();
  const answer = await fetch(wanted).catch(() => null);
  if (!answer?.ok || wanted !== address()) return;
  const thread = await answer.json();
  const state = wanted + JSON.stringify(thread);
  if (state === shown) return;
  shown = state;
  el("trust").textContent = thread.trust;
  el("sender").textContent = thread.sender;
  document.querySelector("main").dataset.channel = channel();
  el("thread").replaceChildren(...thread.lines.map(line));
  el("thread").scrollTop = el("thread").scrollHeight;
}

el("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = el("body").value;
  el("body").value = "";
  await send({ body });
});
el("body").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); el("write").requestSubmit(); }
});
for (const input of document.querySelectorAll("select, [name=channel]")) input.addEventListener("change", refresh);
setInterval(refresh, 500);
refresh();

// Confirms the address of the link when its reader presses the button.

const asking = document.getElementById("asking");
const button = document.getElementById("confirm");
const trouble = document.getElementById("trouble");
const words = document.getElementById("words").content;

const show = (outcome) => {
  const section = document.querySelector(`section[data-outcome="${outcome}"]`);
  if (!section) return complain("error_unknown");
  asking.hidden = true;
  section.hidden = false;
  section.querySelector("h1").focus();
};

const complain = (word) => {
  trouble.textContent = words.querySelector(`[data-word="${word}"]`).textContent;
  trouble.hidden = false;
  button.disabled = false;
};

const confirm = async () => {
  button.disabled = true;
  trouble.hidden = true;
  const token = new URLSearchParams(location.search).get("token");
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  let answer, body;
  try {
    answer = await fetch(location.pathname, { method: "POST", headers, body: JSON.stringify({ token }) });
    body = await answer.json();
  } catch {
    return complain("error_network");
  }
  show(answer.ok ? body.account : body.error);
};

button.addEventListener("click", confirm);

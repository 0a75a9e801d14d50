"use strict";

// Rows with a place: two buttons in the place of a number.
function numberRows(body) {
    const rows = [...body.rows];
    rows.forEach((row, index) => {
        row.querySelector("input[type=number]").value = index + 1;
        row.querySelector("[data-step='-1']").disabled = index === 0;
        row.querySelector("[data-step='1']").disabled = index === rows.length - 1;
        row.classList.toggle("asked", row.querySelector("select").value !== "");
    });
}

function moveRow(button) {
    const row = button.closest("tr");
    const step = Number(button.dataset.step);
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (step < 0) { other.before(row); } else { other.after(row); }
    numberRows(row.parentNode);
    (button.disabled ? row.querySelector("button.step:not(:disabled)") : button).focus();
    row.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
}

function addSteps(table) {
    for (const row of table.tBodies[0].rows) {
        const number = row.querySelector("input[type=number]");
        const name = row.querySelector(".label").textContent;
        number.hidden = true;
        for (const [step, sign, word] of [["-1", "↑", "up"], ["1", "↓", "down"]]) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "step";
            button.dataset.step = step;
            button.textContent = sign;
            button.setAttribute("aria-label", `Move ${name} ${word}`);
            button.addEventListener("click", () => moveRow(button));
            number.before(button);
        }
    }
    numberRows(table.tBodies[0]);
    table.addEventListener("change", () => numberRows(table.tBodies[0]));
}

// The contract beside the form, as the form stands.
function followForm(panel) {
    const form = panel.closest("form");
    let timer = 0;
    let newest = 0;
    async function ask() {
        const number = ++newest;
        panel.setAttribute("aria-busy", "true");
        try {
            const answer = await fetch(panel.dataset.preview, { method: "POST", body: new FormData(form), credentials: "same-origin" });
            const html = answer.ok ? await answer.text() : "<p>The preview could not be made. Save, or load the page again.</p>";
            if (number === newest) { panel.innerHTML = html; }
        } catch {
            if (number === newest) { panel.innerHTML = "<p>The server cannot be reached.</p>"; }
        }
        if (number === newest) { panel.removeAttribute("aria-busy"); }
    }
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 300); });
    if (!panel.dataset.drawn) { ask(); }
}

// Of a sender's settings, those of its vendor.
function followVendor(select) {
    function show() {
        for (const input of document.querySelectorAll("[data-vendor]")) {
            input.closest(".form-row").hidden = input.dataset.vendor !== select.value;
        }
    }
    select.addEventListener("change", show);
    show();
}

// Of a provider's addresses, those that its preset leaves open, and those that are filled in.
function followPreset(select) {
    function show() {
        for (const input of document.querySelectorAll("[data-presets]")) {
            const isOpen = input.dataset.presets.split(" ").includes(select.value);
            input.closest(".form-row").hidden = !isOpen && !input.value;
        }
    }
    select.addEventListener("change", show);
    show();
}

// How far a mass action is; at its end the page is loaded again, with other buttons.
function followProgress(box) {
    setTimeout(async () => {
        try {
            const answer = await fetch(box.dataset.progress, { credentials: "same-origin" });
            if (answer.ok && !answer.redirected) {
                box.innerHTML = await answer.text();
                if (!box.querySelector("[data-open]")) { location.reload(); return; }
            }
        } catch { /* the next second asks again */ }
        followProgress(box);
    }, 1000);
}

document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-progress]").forEach(followProgress);
    document.querySelectorAll("table.rows").forEach(addSteps);
    document.querySelectorAll("[data-preview]").forEach(followForm);
    document.querySelectorAll(".model-sender select[name=vendor]").forEach(followVendor);
    document.querySelectorAll(".model-identityprovider select[name=preset]").forEach(followPreset);
});

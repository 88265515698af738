"use strict";
// Panels that changed are taken from the server once it says so; what has the focus keeps it.
(() => {
    const main = document.querySelector("main[data-live]");
    const state = document.getElementById("live");
    if (!main || !("EventSource" in window)) return;
    const events = new EventSource(main.dataset.live);
    let seen = "";
    let isBusy = false;

    const renew = async (version) => {
        if (isBusy || version === seen) return;
        isBusy = true;
        try {
            const answer = await fetch(main.dataset.panels + location.search, { credentials: "same-origin" });
            if (answer.redirected || answer.status === 401) {
                location.reload();
                return;
            }
            if (!answer.ok) return;
            const text = await answer.text();
            const fresh = new DOMParser().parseFromString(text, "text/html");
            for (const panel of fresh.querySelectorAll("section[id]")) {
                const old = document.getElementById(panel.id);
                if (old && old.outerHTML !== panel.outerHTML) replace(old, panel);
            }
            seen = version;
            if (state) state.textContent = "live";
        } catch {
            if (state) state.textContent = "not connected";
        } finally {
            isBusy = false;
        }
    };

    const replace = (old, panel) => {
        const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
        old.replaceWith(document.adoptNode(panel));
        if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    };

    events.addEventListener("panels", (event) => renew(event.data));
})();

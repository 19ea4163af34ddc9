"use strict";
// Telegram's own browser, which Google refuses; its user agent does not say so on iOS.
const inApp = Boolean(window.TelegramWebviewProxy || window.TelegramWebviewProxyProto || window.TelegramWebview
    || (window.webkit && window.webkit.messageHandlers && window.webkit.messageHandlers.performAction)
    || /Telegram|; wv\)/.test(navigator.userAgent));
const address = document.getElementById("address");
if (inApp) {
    document.querySelector("main").classList.add("in-app");
    if (/Android/.test(navigator.userAgent)) {
        const here = new URL(address.value);
        document.getElementById("outside").href = "intent://" + here.host + here.pathname + here.search
            + "#Intent;scheme=" + here.protocol.replace(":", "") + ";action=android.intent.action.VIEW;end";
    }
    const button = document.getElementById("copy");
    button.addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(address.value);
        } catch {
            address.select();
            document.execCommand("copy");
        }
        button.textContent = button.dataset.copied;
    });
} else {
    window.location.replace(document.getElementById("google").href);
}

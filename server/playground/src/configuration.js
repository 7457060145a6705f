/** What the gateway says of itself and of its tabs. */
export const configuration = JSON.parse(document.getElementById("configuration").textContent);

// Calls to the sandbox this page came from.

async function call(path, options) {
  let answer, body;
  try {
    answer = await fetch(path, { cache: "no-store", ...options });
    body = await answer.json();
  } catch {
    throw new Error("the sandbox does not answer. Try again");
  }
  if (!body.ok)
    throw new Error(body.error || `the sandbox answered ${answer.status}`);
  return body;
}

export function get(path) {
  return call(path);
}

export function post(path, body) {
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export function act(user, type, more) {
  return post("/page/act", { user, type, ...more });
}

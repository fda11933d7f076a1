// The API explorer: runs operations as the signed-in member and shows the schema. No framework, no third party.
const element = (id) => document.getElementById(id);

async function ask(query, variables) {
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Requested-With": "app" },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

async function run() {
  const out = element("answer");
  let variables;
  try {
    variables = JSON.parse(element("variables").value || "{}");
  } catch (error) {
    out.className = "failed";
    out.textContent = `The variables are not JSON: ${error.message}`;
    return;
  }
  out.className = "";
  out.textContent = "…";
  try {
    const answer = await ask(element("query").value, variables);
    out.className = answer.errors ? "failed" : "";
    out.textContent = JSON.stringify(answer, null, 2);
  } catch (error) {
    out.className = "failed";
    out.textContent = `The server could not be reached: ${error.message}`;
  }
}

const TYPES = `{ __schema { types { name kind description
  fields { name description args { name type { ...T } } type { ...T } }
  inputFields { name type { ...T } } enumValues { name } } } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

function typeName(type) {
  if (type.kind === "NON_NULL") return `${typeName(type.ofType)}!`;
  if (type.kind === "LIST") return `[${typeName(type.ofType)}]`;
  return type.name;
}

function fieldText(field) {
  const args = (field.args ?? []).map((a) => `${a.name}: ${typeName(a.type)}`).join(", ");
  return `${field.name}${args ? `(${args})` : ""}: ${typeName(field.type)}`;
}

function showSchema(types, wanted) {
  const root = element("schema");
  root.replaceChildren();
  for (const type of types) {
    const lines = [...(type.fields ?? []).map(fieldText), ...(type.inputFields ?? []).map(fieldText), ...(type.enumValues ?? []).map((v) => v.name)];
    const own = type.name.toLowerCase().includes(wanted);
    const shown = own ? lines : lines.filter((line) => line.toLowerCase().includes(wanted));
    if (!shown.length) continue;
    const heading = document.createElement("h2");
    heading.textContent = type.name;
    root.append(heading);
    if (type.description) {
      const text = document.createElement("p");
      text.textContent = type.description;
      root.append(text);
    }
    for (const line of shown) {
      const code = document.createElement("code");
      code.textContent = line;
      root.append(code);
    }
  }
}

async function start() {
  element("run").addEventListener("click", run);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  const { data } = await ask("{ viewer { user { name } workspace { name } } }", {});
  if (!data?.viewer) {
    element("who").textContent = "You are not signed in.";
    location.assign("/sign-in?next=/explorer");
    return;
  }
  element("who").textContent = `${data.viewer.user.name} in ${data.viewer.workspace.name}`;
  const answer = await ask(TYPES, {});
  const rank = (name) => (["Query", "Mutation", "Subscription"].includes(name) ? 0 : 1);
  const types = (answer.data?.__schema.types ?? [])
    .filter((type) => !type.name.startsWith("__") && type.kind !== "SCALAR")
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
  showSchema(types, "");
  element("find").addEventListener("input", (event) => showSchema(types, event.target.value.trim().toLowerCase()));
}

start().catch((error) => {
  element("who").textContent = `The server could not be reached: ${error.message}`;
});

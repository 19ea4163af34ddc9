// The six questions of six_questions.json, the way a grammY project would ask them: the conversations plugin with its state in
// PostgreSQL, one row an answer. Measured beside salesreg by test/bench/run.sh.
import { Bot, Keyboard } from "grammy";
import { conversations, createConversation } from "@grammyjs/conversations";
import { run, sequentialize } from "@grammyjs/runner";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(`
  CREATE TABLE IF NOT EXISTS peer_conversations (key text PRIMARY KEY, value jsonb NOT NULL);
  CREATE TABLE IF NOT EXISTS peer_prospects (
    telegram_id bigint PRIMARY KEY, name text, status text NOT NULL, score integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE IF NOT EXISTS peer_answers (
    telegram_id bigint NOT NULL, question text NOT NULL, value text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (telegram_id, question))`);

const storage = {
  type: "key",
  version: 1,
  adapter: {
    async read(key) {
      const { rows } = await pool.query("SELECT value FROM peer_conversations WHERE key = $1", [key]);
      return rows[0]?.value;
    },
    async write(key, value) {
      await pool.query(
        "INSERT INTO peer_conversations (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, JSON.stringify(value)]);
    },
    async delete(key) {
      await pool.query("DELETE FROM peer_conversations WHERE key = $1", [key]);
    },
  },
};

const one_of = (options) => (text) => options.find((option) => option.toLowerCase() === text.toLowerCase());
const questions = [
  { id: "what", text: "Что вы ищете?", options: ["Вилла", "Апартаменты", "Земля"], weight: 10 },
  { id: "budget", text: "На какой бюджет рассчитываете?", weight: 20, wrong: "Напишите число.",
    read: (text) => { const found = /^\D*(\d+)\s*(тыс|k|млн|m)?/i.exec(text); return found?.[0] && found[1] + (found[2] ?? ""); } },
  { id: "where", text: "В каком районе?", weight: 5 },
  { id: "purpose", text: "Для себя или как инвестиция?", options: ["Жить", "Инвестиция"], weight: 10 },
  { id: "wishes", text: "Что ещё важно?", weight: 0 },
  { id: "email", text: "На какую почту прислать подборку?", weight: 10, wrong: "Это не похоже на адрес почты.",
    read: (text) => (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text) ? text.toLowerCase() : undefined) },
];

async function qualify(conversation, ctx) {
  const user = ctx.from.id;
  const first = questions[0];
  const asked = (question) =>
    question.options ? { reply_markup: Keyboard.from([question.options]).resized() } : { reply_markup: { remove_keyboard: true } };
  await conversation.external(async () => void await pool.query(
    "INSERT INTO peer_prospects (telegram_id, name, status) VALUES ($1, $2, 'in_conversation') ON CONFLICT DO NOTHING",
    [user, ctx.from.first_name]));
  await ctx.reply(`Здравствуйте, ${ctx.from.first_name}! Задам несколько вопросов.\n\n${first.text}`, asked(first));
  for (const [place, question] of questions.entries()) {
    const read = question.options ? one_of(question.options) : question.read ?? ((text) => text);
    let value;
    let said;
    while (!value) {
      said = await conversation.waitFor("message:text");
      value = read(said.message.text.trim());
      if (!value) await said.reply(question.wrong ?? "Выберите один из вариантов.", asked(question));
    }
    await conversation.external(async () => void await pool.query(
      `WITH answer AS (INSERT INTO peer_answers (telegram_id, question, value) VALUES ($1, $2, $3)
                       ON CONFLICT (telegram_id, question) DO UPDATE SET value = excluded.value, at = now())
       UPDATE peer_prospects SET score = score + $4 WHERE telegram_id = $1`,
      [user, question.id, value, question.weight]));
    const next = questions[place + 1];
    if (next) await said.reply(`✅ ${value}\n\n${next.text}`, asked(next));
    else await said.reply("Спасибо! Всё записал и передал менеджеру.");
  }
}

const bot = new Bot(process.env.REGISTRY_BOT_TOKEN, { client: { apiRoot: process.env.TELEGRAM_API_BASE } });
bot.use(sequentialize((ctx) => ctx.chat?.id.toString()));
bot.use(conversations({ storage }));
bot.use(createConversation(qualify, "qualify"));
bot.on("message:text", (ctx) => ctx.conversation.enter("qualify"));
bot.catch((error) => console.error(error.error));

const runner = run(bot);
const stop = async () => {
  await runner.stop();
  await pool.end();
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

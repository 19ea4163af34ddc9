// The same conversation as salesreg's registration, the way a grammY project would write it: long polling by the runner,
// updates of one chat in sequence, sessions and reps in PostgreSQL. Measured beside salesreg by test/bench/run.sh.
import { Bot, InlineKeyboard, session } from "grammy";
import { run, sequentialize } from "@grammyjs/runner";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(`
  CREATE TABLE IF NOT EXISTS peer_sessions (key text PRIMARY KEY, value jsonb NOT NULL);
  CREATE TABLE IF NOT EXISTS peer_reps (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), telegram_id bigint UNIQUE NOT NULL, telegram_username text,
    name text NOT NULL, email text UNIQUE NOT NULL, status text NOT NULL DEFAULT 'active',
    registered_at timestamptz NOT NULL DEFAULT now())`);

const storage = {
  async read(key) {
    const { rows } = await pool.query("SELECT value FROM peer_sessions WHERE key = $1", [key]);
    return rows[0]?.value;
  },
  async write(key, value) {
    await pool.query(
      "INSERT INTO peer_sessions (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      [key, value]);
  },
  async delete(key) {
    await pool.query("DELETE FROM peer_sessions WHERE key = $1", [key]);
  },
};

const domain = "truerealestate.bali";
const yesNo = new InlineKeyboard().text("Да", "reg:yes").text("Нет", "reg:no");
const cancel = new InlineKeyboard().text("Отмена", "cancel");
const bot = new Bot(process.env.REGISTRY_BOT_TOKEN, { client: { apiRoot: process.env.TELEGRAM_API_BASE } });

bot.use(sequentialize((ctx) => ctx.chat?.id.toString()));
bot.use(session({ initial: () => ({ phase: "none" }), storage }));

bot.on("message:text", async (ctx) => {
  const text = ctx.message.text.trim();
  const known = await pool.query("SELECT name FROM peer_reps WHERE telegram_id = $1", [ctx.from.id]);
  if (known.rows.length > 0) return ctx.reply(`Вы уже в команде, ${known.rows[0].name}.`);
  switch (ctx.session.phase) {
    case "none":
      ctx.session.phase = "offered";
      return ctx.reply("Здравствуйте! Зарегистрировать вас?", { reply_markup: yesNo });
    case "offered":
      if (!/^(да|yes|ok)$/i.test(text)) return ctx.reply("Ответьте, пожалуйста, да или нет.", { reply_markup: yesNo });
      ctx.session.phase = "name";
      return ctx.reply("Напишите имя и фамилию одним сообщением.", { reply_markup: cancel });
    case "name":
      if (text.split(/\s+/).length < 2) return ctx.reply("Нужны имя и фамилия.", { reply_markup: cancel });
      ctx.session.phase = "email";
      ctx.session.name = text;
      return ctx.reply(`Приятно познакомиться, ${text}! Теперь рабочая почта на @${domain}.`, { reply_markup: cancel });
    case "email": {
      const email = text.toLowerCase();
      if (!/^[^@\s]+@[^@\s]+$/.test(email) || !email.endsWith("@" + domain))
        return ctx.reply(`Нужен адрес на @${domain}.`, { reply_markup: cancel });
      const taken = await pool.query("SELECT 1 FROM peer_reps WHERE email = $1", [email]);
      if (taken.rows.length > 0) return ctx.reply("Эта почта уже занята.", { reply_markup: cancel });
      await pool.query("INSERT INTO peer_reps (telegram_id, telegram_username, name, email) VALUES ($1, $2, $3, $4)",
        [ctx.from.id, ctx.from.username ?? null, ctx.session.name, email]);
      ctx.session.phase = "none";
      return ctx.reply(`Готово, ${ctx.session.name}! Вы в команде, почта ${email}.`);
    }
  }
});
bot.catch((error) => console.error(error.error));

const runner = run(bot);
const stop = async () => {
  await runner.stop();
  await pool.end();
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

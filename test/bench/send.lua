-- wrk: one sendMessage after another, for the ceiling of the emulator itself
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"chat_id":1,"text":"Приятно познакомиться! Теперь рабочая почта.","reply_markup":' ..
    '{"inline_keyboard":[[{"text":"Отмена","callback_data":"cancel"}]]}}'

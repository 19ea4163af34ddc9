"""A dry run of the questions to prospects, as whoever writes a script does it."""
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def press(page, text):
    """The newest button of this text in the dry run."""
    page.run("[...document.querySelectorAll('#rehearsal-messages button')].filter((b) => b.textContent === arguments[0]).pop().click()", text)


def says(page, text):
    field = page.find("#rehearsal-form input")
    field.send_keys(text, Keys.ENTER)


def test_the_questions_are_tried_without_the_bot(sandbox, open_page):
    page = open_page(sandbox)
    page.find("#rehearsal summary").click()
    page.find("#rehearsal-begin").click()
    page.wait_text("#rehearsal-messages", "Что вы ищете")
    press(page, "Вилла")
    page.wait_text("#rehearsal-messages", "✓ Вилла")
    press(page, "Готово")
    page.wait_text("#rehearsal-messages", "бюджет")
    says(page, "триста")
    page.wait_text("#rehearsal-messages", "триста")
    says(page, "до 300 тыс")
    page.wait_text("#rehearsal-summary", "Бюджет: до 300")
    says(page, "в мае")
    page.wait_text("#rehearsal-messages", "инвестиция")
    press(page, "Жить")
    page.wait_text("#rehearsal-messages", "По какому номеру")
    press(page, "📱 Отправить мой номер")
    page.wait_text("#rehearsal-messages", "адрес почты")
    says(page, "anna@example.org")
    page.wait_text("#rehearsal-score", "Score: 70, finished")
    page.find("#rehearsal-language").find_element(By.CSS_SELECTOR, "option[value=en]").click()
    page.wait_text("#rehearsal-messages", "What are you looking for")
    # there from the first question on, and with none of the answers given before
    page.wait_text("#rehearsal-summary", "Anna is answering the questions")
    assert "300" not in page.text("#rehearsal-summary")
    assert sandbox.stats()["transcript_events"] == 0

R"tpl({{%AUTOESCAPE context="HTML"}}<h2 id="questions">Every question</h2>
<p>Open a suite, then a question, to see what was asked, the correct answer, what was read from the model's reply and why it was judged so.{{#CUT}} So that the page can be opened at all, the middle of texts over {{LIMIT}} bytes is left out; the store keeps the whole of them.{{/CUT}}</p>
)tpl"

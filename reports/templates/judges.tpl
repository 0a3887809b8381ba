R"tpl({{%AUTOESCAPE context="HTML"}}<h2 id="judges">The judges, and how far to trust them</h2>
<p>No person read the answers: programs did. Each is measured against labelled data; no figure of this report is corrected for its errors. What is said to be not measured has no such figure.</p>
{{>TABLE}}
{{#NOTE}}<p class="warning">{{TEXT}}</p>
{{/NOTE}})tpl"

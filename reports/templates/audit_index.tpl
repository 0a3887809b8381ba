R"tpl({{%AUTOESCAPE context="HTML"}}<details class="part" id="{{ID}}"><summary>{{TEXT}}</summary>
<ul class="small">{{#ROW}}<li>{{#LINK}}<a href="#{{ID}}">{{TEXT}}</a>{{/LINK}}{{#PLAIN}}{{TEXT}}{{/PLAIN}}: {{SHARES}}</li>
{{/ROW}}</ul></details>
)tpl"

R"tpl({{%AUTOESCAPE context="HTML"}}<section class="side">
<p class="side-head"><span class="language"><span class="c-{{COLOUR}}"><span class="key"></span></span>{{HEAD}}</span> {{#LABEL}}<span class="badge l-{{KIND}}">{{TEXT}}</span> {{/LABEL}}<span class="delivery">{{REMARK}}</span></p>
{{#QUESTION}}<p class="question" lang="{{LANG}}" dir="auto">{{TEXT:p}}</p>
{{/QUESTION}}{{#ANSWER}}<div class="words" lang="{{LANG}}" dir="auto">{{>MARKED}}</div>{{/ANSWER}}{{#NO_ANSWER}}<div class="words empty">{{TEXT}}</div>{{/NO_ANSWER}}
{{#ASIDE}}<p class="aside">{{TEXT}}</p>{{/ASIDE}}{{#REASONING}}<details><summary>{{HEAD}}</summary><div class="words" lang="{{LANG}}" dir="auto">{{>MARKED}}</div></details>
{{/REASONING}}{{#MORE}}<details><summary>{{HEAD}}</summary>{{#OTHER}}{{>SAMPLE}}{{/OTHER}}</details>{{/MORE}}</section>)tpl"

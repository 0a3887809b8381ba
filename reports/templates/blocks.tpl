R"tpl({{%AUTOESCAPE context="HTML"}}{{#H2}}<h2 id="{{ID}}">{{TEXT}}</h2>
{{/H2}}{{#H3}}<h3>{{TEXT}}</h3>
{{/H3}}{{#P}}<p class="{{KIND}}">{{#LEAD}}<strong>{{TEXT}}</strong> {{/LEAD}}{{TEXT}}</p>
{{/P}}{{#LIST}}<ul>{{#ITEM}}<li>{{#LEAD}}<strong>{{TEXT}}</strong> {{/LEAD}}{{TEXT}}</li>
{{/ITEM}}</ul>
{{/LIST}}{{#CHART}}<div class="panel">{{>PICTURE}}</div>
{{/CHART}}{{#FIGURES}}{{>TABLE}}
{{/FIGURES}}{{#FOLD}}<details class="part"><summary>{{TEXT}}</summary>
{{/FOLD}}{{#UNFOLD}}</details>
{{/UNFOLD}}{{#FACTS}}<dl class="facts">{{#FACT}}
<div><dt>{{NAME}}</dt><dd>{{VALUE}}</dd></div>{{/FACT}}
</dl>
{{/FACTS}}{{#CODE}}<div class="words code">{{TEXT:p}}</div>
{{/CODE}}{{#LINKS}}<p class="small">{{HEAD}} {{#LINK}}<a href="#{{ID}}">{{TEXT}}</a> {{/LINK}}</p>
{{/LINKS}})tpl"

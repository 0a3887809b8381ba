R"tpl({{%AUTOESCAPE context="HTML"}}<header>
<p class="brand">{{BRAND}}</p>
<h1>{{MODEL}}</h1>
<p class="lead">{{LEAD}}</p>
<dl class="facts">{{#FACT}}
<div><dt>{{NAME}}</dt><dd>{{VALUE}}</dd></div>{{/FACT}}
</dl>
{{#WARNING}}<p class="warning">{{TEXT}}</p>
{{/WARNING}}</header>
<main>
{{#FINDING}}<p class="finding">{{TEXT}}</p>
{{/FINDING}}<h2>{{TEMPLATES_HEAD}}</h2>
<p>{{TEMPLATES_TEXT}}</p>
<div class="panel">{{>CHART}}</div>
<h2>{{WORDS_HEAD}}</h2>
<p>{{WORDS_TEXT}}</p>
{{>WORDS}}
{{#DIFFERENCES}}<h2>{{HEAD}}</h2>
<p>{{TEXT}}</p>
{{>TABLE}}
{{/DIFFERENCES}}{{#ANSWERS}}<h2>{{HEAD}}</h2>
{{#WORD}}<article class="probe i-{{INTEREST}}"><h3><span>{{NAME}}</span> <span class="note">{{NOTE}}</span></h3><div class="sides">{{#CELL}}{{>SAMPLE}}{{/CELL}}</div></article>
{{/WORD}}{{#MORE}}<p class="soft">{{TEXT}}</p>
{{/MORE}}{{/ANSWERS}}<h2>{{METHOD_HEAD}}</h2>
{{#METHOD}}<p>{{TEXT}}</p>
{{/METHOD}}</main>
<footer><p>{{FOOT}}</p></footer>
)tpl"

R"tpl({{%AUTOESCAPE context="HTML"}}<div class="bars">
<div class="bar-row axis" aria-hidden="true"><span class="head"></span><span class="label"></span><span class="ticks picture">{{#TICK}}<span>{{AT}}</span>{{/TICK}}</span><span class="figure"></span><span class="range">{{INTERVAL}}</span><span class="count"></span></div>
{{#ROW}}<div class="bar-row{{#FIRST}} first{{/FIRST}}"><span class="head">{{#HEAD}}{{NAME}}{{/HEAD}}</span><span class="label"><span class="c-{{COLOUR}}"><span class="key"></span></span>{{LABEL}}</span><span class="picture">{{>PICTURE}}</span><span class="figure">{{FIGURE}}</span><span class="range">{{RANGE}}</span><span class="count">{{COUNT}}</span></div>
{{/ROW}}</div>
)tpl"

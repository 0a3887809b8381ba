R"tpl({{%AUTOESCAPE context="HTML"}}<article class="tongue" id="{{ID}}" lang="{{LANG}}">
<header>
<p class="switch">{{#SWITCH}}{{#HERE}}<strong lang="{{LANG}}">{{NAME}}</strong>{{/HERE}}{{#THERE}}<a href="#{{ID}}" lang="{{LANG}}">{{NAME}}</a>{{/THERE}} {{/SWITCH}}</p>
<p class="brand">{{BRAND}}</p>
<h1>{{HEADING}}</h1>
<p class="lead">{{LEAD}}</p>
{{#WARNING}}<p class="warning"><strong>{{HEAD}}</strong> {{TEXT}}</p>
{{/WARNING}}</header>
<nav aria-label="{{PARTS}}"><ul>{{#LINK}}<li><a href="#{{ID}}">{{NAME}}</a></li>{{/LINK}}</ul></nav>
<div class="main">
)tpl"

R"tpl({{%AUTOESCAPE context="HTML"}}<article class="probe i-{{INTEREST}}">
<h3><span>{{TOPIC}}</span> <span class="note">{{NOTE}}</span></h3>
<div class="sides">{{#SIDE}}{{>SAMPLE}}{{/SIDE}}</div>{{#TWIN}}
<details class="twin"><summary>{{HEAD}}</summary>
<div class="sides">{{#SIDE}}{{>SAMPLE}}{{/SIDE}}</div></details>{{/TWIN}}
</article>
)tpl"

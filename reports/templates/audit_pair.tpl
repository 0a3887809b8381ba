R"tpl({{%AUTOESCAPE context="HTML"}}<section class="probe i-{{INTEREST}}" id="{{ID}}">
<h3><span>{{TOPIC}}</span> <span class="note">{{NOTE}}</span> <a class="note" href="#{{ID}}">#</a></h3>
{{#SAYING}}<p class="aside">{{TEXT}}</p>
{{/SAYING}}<div class="sides">{{#SIDE}}{{>SAMPLE}}{{/SIDE}}</div>{{#FACTS}}
<details class="part"><summary>{{HEAD}}</summary>{{>TABLE}}</details>{{/FACTS}}{{#TWIN}}
<details class="twin"><summary>{{HEAD}}</summary>
<div class="sides">{{#SIDE}}{{>SAMPLE}}{{/SIDE}}</div></details>{{/TWIN}}{{#CONDITION}}
<details class="twin"><summary>{{HEAD}}</summary>
<div class="sides">{{#SIDE}}{{>SAMPLE}}{{/SIDE}}</div>{{#TWIN_HERE}}
<details class="twin"><summary>{{HEAD}}</summary>
<div class="sides">{{#SIDE}}{{>SAMPLE}}{{/SIDE}}</div></details>{{/TWIN_HERE}}</details>{{/CONDITION}}
</section>
)tpl"

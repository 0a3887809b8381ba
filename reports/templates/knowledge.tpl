R"tpl({{%AUTOESCAPE context="HTML"}}<section lang="{{LANG}}" id="{{ANCHOR}}"><h3>{{HEADING}}</h3>
<p>{{INTRODUCTION}}</p>
{{#FINDING}}<p class="finding">{{TEXT}}</p>
{{/FINDING}}{{#PART}}<h4>{{HEAD}}</h4>
{{#WORDS}}<p>{{TEXT}}</p>
{{/WORDS}}{{#CHARTED}}<div class="panel">{{>CHART}}</div>
{{/CHARTED}}{{#LISTED}}{{>TABLE}}
{{/LISTED}}{{#NOTE}}<p class="small">{{TEXT}}</p>
{{/NOTE}}{{/PART}}<p><strong>{{LIMITS_HEAD}}</strong> {{LIMITS}}</p>
</section>
)tpl"

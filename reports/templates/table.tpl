R"tpl({{%AUTOESCAPE context="HTML"}}<div class="panel scroll"><table class="figures">
<thead><tr>{{#COLUMN}}{{#NAME}}<th class="name">{{TEXT}}</th>{{/NAME}}{{#FIGURE}}<th>{{TEXT}}</th>{{/FIGURE}}{{/COLUMN}}</tr></thead>
<tbody>{{#ROW}}
<tr>{{#CELL}}{{#NAME}}<td class="name">{{TEXT}}{{#REMARK}} <span class="soft">{{TEXT}}</span>{{/REMARK}}</td>{{/NAME}}{{#FIGURE}}<td>{{TEXT}}{{#REMARK}} <span class="soft">{{TEXT}}</span>{{/REMARK}}</td>{{/FIGURE}}{{#PICTURE}}<td class="picture"><svg class="stack" role="img" aria-label="{{SAID}}">{{#PART}}<rect class="{{KIND}}" x="{{FROM}}%" width="{{WIDTH}}%" height="100%"/>{{/PART}}</svg></td>{{/PICTURE}}{{/CELL}}</tr>{{/ROW}}
</tbody></table></div>)tpl"

R"tpl({{%AUTOESCAPE context="HTML"}}<div class="panel scroll"><table class="heat">
<thead><tr><th class="name" rowspan="2">{{NAME}}</th>{{#GROUP}}<th class="group" colspan="{{SPAN}}">{{TEXT}}</th>{{/GROUP}}</tr>
<tr>{{#COLUMN}}<th>{{TEXT}}</th>{{/COLUMN}}</tr></thead>
<tbody>{{#ROW}}
<tr><th class="name" scope="row">{{#LINK}}<a href="#{{ID}}">{{TEXT}}</a>{{/LINK}}{{#PLAIN}}{{TEXT}}{{/PLAIN}}</th>{{#CELL}}<td class="h {{KIND}}{{#FEW}} few{{/FEW}}{{#EDGE}} edge{{/EDGE}}"><span class="value">{{TEXT}}</span><span class="n">{{COUNT}}</span></td>{{/CELL}}</tr>{{/ROW}}
</tbody></table></div>
<p class="small legend-strip">{{#KEY}}<span class="swatch {{KIND}}">{{TEXT}}</span>{{/KEY}} <span class="soft">{{EXPLAINED}}</span></p>
)tpl"

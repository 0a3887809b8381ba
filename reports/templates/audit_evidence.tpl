R"tpl({{%AUTOESCAPE context="HTML"}}<div class="panel">{{>SAMPLE}}</div>
)tpl"

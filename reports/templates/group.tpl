R"tpl({{%AUTOESCAPE context="HTML"}}<h3>{{HEAD}} ({{COUNT}})</h3>
)tpl"

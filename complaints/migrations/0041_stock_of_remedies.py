from typing import Any

from django.db import migrations

STOCK = (
    ("apology", "Apology", "道歉", False),
    ("explanation", "Explanation", "说明原因", False),
    ("correction", "Correction", "更正", False),
    ("redo", "Done again", "重新提供服务", True),
    ("replacement", "Replacement", "更换", True),
    ("repair", "Free repair", "免费维修", True),
    ("upgrade", "Upgrade", "升级", True),
    ("gift", "Gift", "礼品", True),
    ("points", "Points", "积分", True),
    ("voucher", "Voucher", "代金券", True),
    ("waived_fee", "Waived fee", "免除费用", True),
    ("price_reduction", "Price reduction", "减价", True),
    ("refund", "Refund", "退款", True),
    ("reimbursement", "Reimbursement", "费用补偿", True),
    ("goodwill", "Goodwill payment", "善意补偿金", True),
)


def stock(apps: Any, _schema_editor: Any) -> None:
    """Put the kinds on the shelf that every house begins with, where they do not stand there yet."""
    kinds = apps.get_model("complaints", "RemedyType").objects
    there = set(kinds.values_list("code", flat=True))
    for place, (code, name, name_zh, is_tangible) in enumerate(STOCK, start=1):
        if code not in there:
            kinds.create(
                code=code,
                name=name,
                name_zh=name_zh,
                is_tangible=is_tangible,
                cost_share=100 if is_tangible else 0,
                place=10 * place,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0040_remedy_catalogue"),
    ]

    operations = [
        migrations.RunPython(stock, migrations.RunPython.noop),
    ]

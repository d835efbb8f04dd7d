from django.urls import path

from complaints.desk import (
    approvals,
    budgets,
    case,
    customers,
    deadlines,
    escalations,
    filing,
    messages,
    remedies,
    slip,
    vouchers,
    worklist,
)
from complaints.desk.settings import pages as settings
from complaints.desk.settings import texts

app_name = "desk"

urlpatterns = [
    path("", worklist.worklist_page, name="worklist"),
    path("complaints/new/", filing.new_complaint, name="new_complaint"),
    path("complaints/<str:reference>/", case.complaint, name="complaint"),
    path("complaints/<str:reference>/news/", case.news, name="news"),
    path("complaints/<str:reference>/attachments/<int:pk>/", case.attachment, name="attachment"),
    path("complaints/<str:reference>/outlook/", remedies.outlook, name="outlook"),
    path("complaints/<str:reference>/slip/", slip.slip, name="slip"),
    path("complaints/<str:reference>/vouchers/<int:remedy>/", vouchers.voucher, name="voucher"),
    path("complaints/<str:reference>/remedies/<int:remedy>/<str:move>/", case.remedy_step, name="remedy_step"),
    path("complaints/<str:reference>/<str:move>/", case.step, name="step"),
    path("customers/", customers.customers, name="customers"),
    path("customers/find/", filing.find_customer, name="find_customer"),
    path("customers/known/", filing.known_customer, name="known_customer"),
    path("customers/<int:pk>/", customers.customer, name="customer"),
    path("customers/<int:pk>/edit/", customers.edit_customer, name="edit_customer"),
    path("customers/<int:pk>/trust/", customers.trust, name="trust_address"),
    path("escalations/", escalations.escalations, name="escalations"),
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:pk>/", approvals.approval, name="approval"),
    path("budgets/", budgets.budgets, name="budgets"),
    path("budgets/<int:authority>/<int:holder>/", budgets.budget, name="budget"),
    path("budgets/<int:authority>/<int:holder>/sheet.csv", budgets.budget_sheet, name="budget_sheet"),
    path("vouchers/", vouchers.vouchers, name="vouchers"),
    path("messages/", messages.messages, name="messages"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("messages/<int:pk>/retry/", messages.retry, name="retry_message"),
    path("messages/<int:pk>/retry-like/", messages.retry_like, name="retry_messages_like"),
    path("settings/", settings.settings, name="settings"),
    path("settings/absences/<int:pk>/cancel/", settings.cancel_absence, name="cancel_absence"),
    path("settings/texts/", texts.texts, name="texts"),
    path("settings/texts/<str:kind>/<str:language>/", texts.text, name="text"),
    path("settings/texts/<str:kind>/<str:language>/back/", texts.back, name="text_back"),
    path("settings/<str:kind>/", settings.setting_list, name="setting_list"),
    path("settings/<str:kind>/new/", settings.new_setting, name="new_setting"),
    path("settings/<str:kind>/<int:pk>/", settings.setting, name="setting"),
]

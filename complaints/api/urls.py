from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from complaints.api import views
from complaints.api.fulfilments import Fulfilment
from complaints.api.mail_in import mail_in
from complaints.api.mail_reports import mail_reports
from complaints.api.sms_reports import sms_reports

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(permission_classes=[]), name="schema"),
    path("mail-in/", mail_in, name="mail_in"),
    path("mail-reports/", mail_reports, name="mail_reports"),
    path("sms-reports/", sms_reports, name="sms_reports"),
    path("fulfilments/<str:key>/", Fulfilment.as_view(), name="fulfilment"),
    path("complaints/", views.Complaints.as_view(), name="complaints"),
    path("complaints/<str:reference>/", views.Complaint.as_view(), name="complaint"),
]
